import type Docker from "dockerode";
import { bags, given, labelMap, list, nanoseconds, stringList, text } from "../engine/shapes.ts";
import { type Bag, isBag } from "../engine/values.ts";
import { hostConfig, portKey } from "./container-host.ts";
import { withDefaults } from "./container-schema.ts";

/** What the engine is asked to create for these inputs. */
export function createOptions(wanted: Bag): Docker.ContainerCreateOptions {
  const inputs = withDefaults(wanted);
  const command = list(inputs.command);
  if (command?.includes("")) throw new Error("values for command may not be empty");
  const ports = bags(inputs.ports);
  return given({
    name: String(inputs.name),
    Image: String(inputs.image),
    platform: text(inputs.platform),
    Hostname: text(inputs.hostname),
    Domainname: text(inputs.domainname),
    User: text(inputs.user),
    Env: list(inputs.envs),
    Cmd: command,
    Entrypoint: list(inputs.entrypoints),
    WorkingDir: text(inputs.workingDir),
    Tty: inputs.tty === true,
    OpenStdin: inputs.stdinOpen === true,
    StopSignal: text(inputs.stopSignal),
    StopTimeout: inputs.stopTimeout === undefined ? undefined : Number(inputs.stopTimeout),
    Labels: labelMap(inputs.labels),
    ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])),
    Volumes: anonymousVolumes(inputs),
    Healthcheck: healthcheck(inputs.healthcheck),
    HostConfig: hostConfig(inputs),
  });
}

function anonymousVolumes(inputs: Bag): Record<string, object> {
  const paths = bags(inputs.volumes).map(({ containerPath }) => containerPath);
  return Object.fromEntries(paths.filter(Boolean).map((path) => [path, {}]));
}

function healthcheck(value: unknown): Docker.HealthConfig | undefined {
  if (!isBag(value)) return undefined;
  return given({
    Test: stringList(value.tests),
    Interval: nanoseconds(value.interval),
    Timeout: nanoseconds(value.timeout),
    StartPeriod: nanoseconds(value.startPeriod),
    Retries: Number(value.retries ?? 0),
  });
}
