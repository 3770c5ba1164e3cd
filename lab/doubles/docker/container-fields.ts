import {
  bags,
  bytes,
  goDuration,
  labelMap,
  list,
  megabytes,
  nanoseconds,
  strings,
  text,
} from "../engine/shapes.ts";
import { type Bag, isBag } from "../engine/values.ts";

/** One input of a container and its place in Docker's API, when it is created and when it is inspected. */
interface Field {
  input: string;
  part: "Config" | "HostConfig";
  name: string;
  /** What the API is sent; nothing for `undefined`. */
  send(value: unknown): unknown;
  /** What the real provider reads back. Left out where it reads nothing and so sees no drift. */
  read?(value: unknown): unknown;
}

const orZero = (value: unknown) => value ?? 0;
const orNothing = (value: unknown) => value ?? "";
const orEmpty = (value: unknown) => value ?? [];
const isTrue = (value: unknown) => value === true;
const megabytesOf = (value: unknown) => megabytes(Number(value ?? 0));
const bytesOf = (value: unknown) => (value === undefined ? undefined : bytes(value));
const numberOf = (value: unknown) => (value === undefined ? undefined : Number(value));

/** Limits that `docker update` changes on a running container. */
export const LIMITS: Field[] = [
  { input: "memory", part: "HostConfig", name: "Memory", send: bytesOf, read: megabytesOf },
  { input: "memorySwap", part: "HostConfig", name: "MemorySwap", send: bytesOf, read: megabytesOf },
  { input: "cpuShares", part: "HostConfig", name: "CpuShares", send: numberOf, read: orZero },
  { input: "cpuSet", part: "HostConfig", name: "CpusetCpus", send: text, read: orNothing },
];

/** Inputs that stand in one place of the API. */
export const FIELDS: Field[] = [
  ...LIMITS,
  { input: "command", part: "Config", name: "Cmd", send: command, read: orEmpty },
  { input: "envs", part: "Config", name: "Env", send: list },
  { input: "healthcheck", part: "Config", name: "Healthcheck", send: check, read: checkOf },
  { input: "hostname", part: "Config", name: "Hostname", send: text, read: orNothing },
  { input: "labels", part: "Config", name: "Labels", send: labelMap },
  { input: "user", part: "Config", name: "User", send: text, read: orNothing },
  { input: "groupAdds", part: "HostConfig", name: "GroupAdd", send: list, read: orEmpty },
  // Always sent: unset means off, not the daemon's default.
  { input: "init", part: "HostConfig", name: "Init", send: isTrue, read: isTrue },
  { input: "mounts", part: "HostConfig", name: "Mounts", send: mounts, read: mountsOf },
  { input: "networkMode", part: "HostConfig", name: "NetworkMode", send: text, read: orNothing },
  { input: "readOnly", part: "HostConfig", name: "ReadonlyRootfs", send: isTrue, read: isTrue },
  { input: "securityOpts", part: "HostConfig", name: "SecurityOpt", send: list, read: orEmpty },
  { input: "tmpfs", part: "HostConfig", name: "Tmpfs", send: textMap, read: (map) => map ?? {} },
  // As `Binds`: the daemon makes a missing host path; for a mount of type bind it does not.
  { input: "volumes", part: "HostConfig", name: "Binds", send: binds },
];

function command(value: unknown): string[] | undefined {
  const words = list(value);
  if (words?.includes("")) throw new Error("values for command may not be empty");
  return words;
}

function textMap(value: unknown): Record<string, string> | undefined {
  return value ? strings(value) : undefined;
}

function binds(value: unknown): string[] {
  return bags(value).map(
    ({ hostPath, containerPath, readOnly }) =>
      `${hostPath}:${containerPath}:${readOnly ? "ro" : "rw"}`,
  );
}

function mounts(value: unknown): Bag[] {
  return bags(value).map(({ type, target, source, readOnly, bindOptions }) => ({
    Type: type,
    Target: target,
    Source: source ?? "",
    ReadOnly: readOnly === true,
    ...(isBag(bindOptions) && { BindOptions: { Propagation: bindOptions.propagation ?? "" } }),
  }));
}

function mountsOf(value: unknown): Bag[] {
  return bags(value).map(({ Type, Target, Source, ReadOnly, BindOptions }) => ({
    target: Target,
    source: Source ?? "",
    type: Type,
    readOnly: ReadOnly ?? false,
    ...(isBag(BindOptions) && { bindOptions: { propagation: BindOptions.Propagation } }),
  }));
}

function check(value: unknown): Bag | undefined {
  if (!isBag(value)) return undefined;
  return {
    Test: value.tests,
    Interval: nanoseconds(value.interval),
    Timeout: nanoseconds(value.timeout),
    StartPeriod: nanoseconds(value.startPeriod),
    Retries: Number(value.retries ?? 0),
  };
}

function checkOf(value: unknown): Bag | undefined {
  if (!isBag(value)) return undefined;
  return {
    tests: value.Test ?? [],
    interval: goDuration(Number(value.Interval ?? 0)),
    timeout: goDuration(Number(value.Timeout ?? 0)),
    startPeriod: goDuration(Number(value.StartPeriod ?? 0)),
    retries: value.Retries ?? 0,
  };
}
