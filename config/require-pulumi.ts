import * as pulumi from "@pulumi/pulumi";
import { OLDEST_PULUMI } from "./oldest-pulumi.ts";

/** Refuses a Pulumi CLI that is too old, before anything is planned. */
export async function requirePulumi(): Promise<void> {
  await pulumi.runtime.requirePulumiVersion(`>=${OLDEST_PULUMI}.0`).catch((error: Error) => {
    // A CLI that does not know the question does not say its version.
    const version = /CLI version (\S+) does not satisfy/.exec(error.message)?.[1];
    throw new pulumi.RunError(
      `The Pulumi CLI${version ? ` ${version}` : ""} is too old: ` +
        `install ${OLDEST_PULUMI} or newer, https://www.pulumi.com/docs/install/`,
    );
  });
}
