import type * as pulumi from "@pulumi/pulumi";

/** The value of what a preview knows too: configuration, and no resource. */
export function known<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((done) => void output.apply(done));
}
