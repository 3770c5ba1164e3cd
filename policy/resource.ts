/** In place of a value that only the update brings. Rules say nothing of it: `up` asks them again. */
export const unknown = Symbol("known after the update");

/** Inputs of a resource, or in a stack rule its outputs. Secrets are in plain: no message shows a value. */
export type Props = Record<string, unknown>;

/** A resource as rules see it. */
export interface PolicyResource {
  type: string;
  name: string;
  props: Props;
}

/** A resource among all others of its stack. */
export interface StackResource extends PolicyResource {
  /** Names of the resources that it depends on. */
  dependencies: readonly string[];
}

export const types = {
  container: "docker:index/container:Container",
  image: "docker:index/remoteImage:RemoteImage",
  network: "docker:index/network:Network",
  localCommand: "command:local:Command",
  remoteCommand: "command:remote:Command",
  accessPolicy: "grafana:cloud/accessPolicy:AccessPolicy",
} as const;

export function isContainer({ type }: PolicyResource): boolean {
  return type === types.container;
}

export function isCommand({ type }: PolicyResource): boolean {
  return type === types.localCommand || type === types.remoteCommand;
}

/** What a message calls a resource: a container by the name that `docker ps` shows. */
export function titleOf(resource: PolicyResource): string {
  if (isContainer(resource)) return `container ${containerName(resource)}`;
  return `${resource.type.split(":").at(-1)} ${resource.name}`;
}

/** A container's name on its host. */
export function containerName({ name, props }: PolicyResource): string {
  return text(props.name) ?? name;
}

/** A text; `undefined` for what is absent, unknown or of another kind. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The known elements of a list; none for what is absent or unknown. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value.filter((item) => item !== unknown) : [];
}

/** The known texts of a list. */
export function texts(value: unknown): string[] {
  return list(value).filter((item) => typeof item === "string");
}

/** The fields of an object; none for what is absent or unknown. */
export function record(value: unknown): Props {
  return typeof value === "object" && value !== null ? (value as Props) : {};
}

/** The known objects of a list. */
export function records(value: unknown): Props[] {
  return list(value).map(record);
}
