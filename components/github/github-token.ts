import * as pulumi from "@pulumi/pulumi";
import type { Token } from "../../telemetry/facts.ts";
import { RENEW_DAYS } from "./github-check.ts";

export interface GithubTokenArgs {
  /** Fine-grained token with read-only Metadata, Issues and Pull requests. */
  token: pulumi.Input<string>;
  /** When it ends, as GitHub said. Left out: never, or not known. */
  expiresAt?: Date;
  /** GitHub did not say when it ends: what it said last counts. */
  endUnknown: boolean;
}

/** The token that polls GitHub. GitHub has no API that creates one: it comes from the configuration. */
export class GithubToken extends pulumi.ComponentResource {
  /** Secret. */
  readonly token: pulumi.Output<string>;
  /** What `verify` says of it. */
  readonly end: pulumi.Output<Token>;

  constructor(name: string, args: GithubTokenArgs, opts?: pulumi.ComponentResourceOptions) {
    super("grafana-alloy:components:GithubToken", name, {}, opts);
    this.token = pulumi.secret(args.token);
    // The state remembers it: GitHub that is away changes nothing on the host.
    const end = new pulumi.Stash(
      `${name}-token-end`,
      { input: args.expiresAt?.toISOString() ?? "" },
      { parent: this, ignoreChanges: args.endUnknown ? ["input"] : [] },
    );
    this.end = (end.input as pulumi.Output<string>).apply((expiresAt) => ({
      name: "GitHub",
      ...(expiresAt && { expiresAt }),
      renewDays: RENEW_DAYS,
      renew: `\`${renewCommand()}\` and \`pulumi up --stack ${pulumi.getStack()}\`.`,
    }));
    this.registerOutputs({ end: this.end });
  }
}

/** What makes, checks and stores a new token. */
export function renewCommand(): string {
  return `npm run github-token -- --stack ${pulumi.getStack()}`;
}
