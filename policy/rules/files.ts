import { exceptions } from "../../components/agent/hardening.ts";
import { rulesVersion, TEMPLATE } from "../../components/agent/socket-proxy-rules.ts";
import {
  containerName,
  isContainer,
  type PolicyResource,
  records,
  text,
  texts,
  titleOf,
  unknown,
} from "../resource.ts";
import type { Rule } from "../rule.ts";

export const readOnlyRoot: Rule = {
  name: "read-only-root",
  description: "No container can write to its own root file system.",
  check(resource) {
    const { readOnly } = resource.props;
    if (!isContainer(resource) || readOnly === true || readOnly === unknown) return [];
    return [
      `${titleOf(resource)}: can write to its root file system. Set \`readOnly\` to true, ` +
        "and a `tmpfs` or a mount for what it has to write.",
    ];
  },
};

/** Directories in which the socket lies; a container that sees one sees the socket, read-only or not. */
const above = ["/", "/run", "/var", "/var/run"];

/** Who opens the Docker socket is root on the host. The proxy alone has it, and lets nothing change. */
export const dockerSocket: Rule = {
  name: "docker-socket",
  description:
    "Only the socket proxy mounts the Docker socket, read-only, and runs by the rules of this project.",
  check(resource) {
    if (!isContainer(resource)) return [];
    const mounts = mountsOf(resource);
    const sockets = mounts.filter(
      ({ source, target }) => /\.sock$/.test(source) || /\.sock$/.test(target),
    );
    const title = titleOf(resource);
    if (sockets.length > 0 && !exceptions[containerName(resource)]?.dockerSocket) {
      return [
        `${title}: mounts the Docker socket, which makes it root on the host. ` +
          "Let it ask the socket proxy, tcp://alloy-docker-proxy:2375.",
      ];
    }
    return [
      ...(sockets.some(({ readOnly }) => !readOnly)
        ? [`${title}: mounts the Docker socket writable. Set \`readOnly\` on that mount.`]
        : []),
      ...(sockets.length > 0 ? otherRules(resource, mounts) : []),
      ...rootAbove(resource, mounts),
    ];
  },
};

/** The image's own rules open a whole section of the API; its switches are not to be used. */
function otherRules(resource: PolicyResource, mounts: Mount[]): string[] {
  const { envs } = resource.props;
  const version = `RULES_VERSION=${rulesVersion}`;
  const ours = mounts.some(({ target, readOnly }) => target === TEMPLATE && readOnly);
  const alone = envs === unknown || texts(envs).join() === version;
  if (ours && alone) return [];
  return [
    `${titleOf(resource)}: does not run with the rules of components/agent/socket-proxy-rules.ts. ` +
      `Mount them read-only over ${TEMPLATE}, with ${version} alone in \`envs\`.`,
  ];
}

function rootAbove(resource: PolicyResource, mounts: Mount[]): string[] {
  const { user } = resource.props;
  const isRoot = user === undefined || /^(root|0)(:|$)/.test(text(user) ?? "");
  const wide = mounts.filter(({ source }) => above.includes(source));
  if (!isRoot) return [];
  return wide.map(
    ({ source }) =>
      `${titleOf(resource)}: runs as root and mounts ${source}, which contains the Docker socket. ` +
      "Set `user` to one that can't open it, or mount less.",
  );
}

interface Mount {
  source: string;
  target: string;
  readOnly: boolean;
}

/** Bind mounts in both forms of the provider. */
function mountsOf({ props }: PolicyResource): Mount[] {
  const mount = (source: unknown, target: unknown, readOnly: unknown) => ({
    source: (text(source) ?? "").replace(/(?<=.)\/+$/, ""),
    target: text(target) ?? "",
    readOnly: readOnly === true,
  });
  return [
    ...records(props.mounts).map((one) => mount(one.source, one.target, one.readOnly)),
    ...records(props.volumes).map((one) => mount(one.hostPath, one.containerPath, one.readOnly)),
  ];
}
