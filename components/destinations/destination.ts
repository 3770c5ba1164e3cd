import type * as pulumi from "@pulumi/pulumi";
import type { Token } from "../../telemetry/facts.ts";

/** One endpoint that the agent pushes to. */
export interface Sink {
  /** Push URL. */
  url: pulumi.Input<string>;
  username: pulumi.Input<string>;
  /** Secret; reaches the host as a file. */
  password: pulumi.Output<string>;
}

/** Where the operator asks what arrived; never reaches a host. */
interface Reader {
  /** Base URL of the query API, without the path that the API itself adds. */
  queryUrl: string;
  username: string;
  /** Secret. */
  password: pulumi.Output<string>;
}

export interface Sinks {
  metrics: Sink;
  logs: Sink;
  readers: { metrics: Reader; logs: Reader };
  /** Tokens with an end. None where the stack gives passwords itself. */
  tokens: pulumi.Output<Token>[];
  /**
   * For how long the sinks may refuse a new token before that is meant, in s. Left out where the token works
   * on the host's subnets alone: this machine is refused whatever the token is.
   */
  refusalsFor?: number;
}
