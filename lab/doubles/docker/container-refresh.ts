import type Docker from "dockerode";
import { drift } from "../engine/shapes.ts";
import type { Bag } from "../engine/values.ts";
import { withDefaults } from "./container-schema.ts";
import { containerState } from "./container-state.ts";
import { isSameImage } from "./image.ts";

/** Outputs that are not inputs: they change without anyone changing the configuration. */
const OBSERVED = ["bridge", "containerLogs", "exitCode", "networkDatas", "ports"];

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
  const live = containerState(info);
  const mustRun = withDefaults(inputs).mustRun === true && info.State.Running;
  const image = String(inputs.image ?? "");
  const named = image !== "" && (await isSameImage(docker, image, info.Image));
  return { ...withDefaults(inputs), ...live, mustRun, image: named ? image : info.Image };
}

/** The inputs that would lead to what is there: the old ones, and what drifted since they were applied. */
export function refreshedInputs(inputs: Bag, state: Bag, live: Bag): Bag {
  return { ...inputs, ...drift(state, live, OBSERVED) };
}
