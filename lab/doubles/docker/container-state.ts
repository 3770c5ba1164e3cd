import type Docker from "dockerode";
import { drift, given, list } from "../engine/shapes.ts";
import { type Bag, isBag } from "../engine/values.ts";
import { FIELDS } from "./container-fields.ts";
import { withDefaults } from "./container-schema.ts";
import { isSameImage } from "./image.ts";

/** What the engine is asked to create for these inputs. */
export function createOptions(wanted: Bag): Docker.ContainerCreateOptions {
  const inputs = withDefaults(wanted);
  const capabilities = isBag(inputs.capabilities) ? inputs.capabilities : {};
  const HostConfig = given({
    ...sent("HostConfig", inputs),
    CapAdd: list(capabilities.adds),
    CapDrop: list(capabilities.drops),
    RestartPolicy: restartPolicy(inputs),
  });
  const config = { ...sent("Config", inputs), HostConfig };
  return { name: String(inputs.name), Image: String(inputs.image), ...config };
}

function sent(wanted: "Config" | "HostConfig", inputs: Bag): Bag {
  const fields = FIELDS.filter(({ part }) => part === wanted);
  return given(
    Object.fromEntries(fields.map(({ name, input, send }) => [name, send(inputs[input])])),
  );
}

export function restartPolicy({ restart, maxRetryCount }: Bag) {
  return { Name: String(restart), MaximumRetryCount: Number(maxRetryCount ?? 0) };
}

/**
 * A container as the real provider reads it back (`resourceDockerContainerRead` of
 * terraform-provider-docker): it does not see drift of `envs`, `labels`, `volumes` and `networksAdvanced`.
 */
function containerState(info: Docker.ContainerInspectInfo): Bag {
  const { Config, HostConfig, State, NetworkSettings } = info;
  const parts = { Config, HostConfig } as unknown as Record<"Config" | "HostConfig", Bag>;
  const fields = FIELDS.flatMap(({ input, part, name, read }) =>
    read ? [[input, read(parts[part][name])]] : [],
  );
  const networks = Object.entries(NetworkSettings.Networks ?? {});
  return given({
    ...Object.fromEntries(fields),
    capabilities: { adds: HostConfig.CapAdd ?? [], drops: HostConfig.CapDrop ?? [] },
    restart: HostConfig.RestartPolicy?.Name ?? "",
    maxRetryCount: HostConfig.RestartPolicy?.MaximumRetryCount ?? 0,
    name: info.Name.replace(/^\//, ""),
    networkDatas: networks.map(([networkName, { IPAddress, Gateway }]) => ({
      networkName,
      ipAddress: IPAddress,
      gateway: Gateway,
    })),
    exitCode: State.Running ? undefined : State.ExitCode,
  });
}

/**
 * The state that is kept: what was asked for where the host has no other say, else what is there. A container
 * that must run and does not is kept with `mustRun` false.
 * An image that was named stays named while the name stands for the image that runs (v3.4 of the
 * Terraform provider: "Prevent recreation of image name is intentionally set to a fixed value").
 */
export async function stateOf(
  docker: Docker,
  info: Docker.ContainerInspectInfo,
  inputs: Bag,
): Promise<Bag> {
  const mustRun = withDefaults(inputs).mustRun === true && info.State.Running;
  const image = String(inputs.image ?? "");
  const named = image !== "" && (await isSameImage(docker, image, info.Image));
  const seen = { mustRun, image: named ? image : info.Image };
  return { ...withDefaults(inputs), ...containerState(info), ...seen };
}

/** Outputs that are not inputs: they change without anyone changing the configuration. */
const OBSERVED = ["containerLogs", "exitCode", "networkDatas"];

/** The inputs that would lead to what is there: the old ones, and what drifted since they were applied. */
export function refreshedInputs(inputs: Bag, state: Bag, live: Bag): Bag {
  return { ...inputs, ...drift(state, live, OBSERVED) };
}
