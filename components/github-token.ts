import * as pulumi from "@pulumi/pulumi";

export interface GithubTokenArgs {
  /** Fine-grained token with read-only Metadata, Issues and Pull requests. */
  token: pulumi.Input<string>;
}

/** The token that polls GitHub. GitHub has no API that creates one: it comes from the configuration. */
export class GithubToken extends pulumi.ComponentResource {
  /** Secret. */
  readonly token: pulumi.Output<string>;

  constructor(name: string, args: GithubTokenArgs, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:components:GithubToken", name, {}, opts);
    this.token = pulumi.secret(args.token);
    this.registerOutputs({});
  }
}
