import type * as pulumi from "@pulumi/pulumi";
import type { Token } from "../../telemetry/facts.ts";

/** One endpoint that the agent pushes to. */
export interface Sink {
  /** Push URL. */
  url: pulumi.Input<string>;
  username: pulumi.Input<string>;
  /** Secret; reaches the host as a file. */
  password: pulumi.Output<string>;
  /** Until when a refusal may mean that the token is not known yet, RFC 3339. Left out: it never does. */
  newUntil?: pulumi.Output<string>;
}

/** Where the operator asks what arrived; never reaches a host. */
interface Reader {
  /** Base URL of the query API, without the path that the API itself adds. */
  queryUrl: string;
  username: string;
  /** Secret. */
  password: pulumi.Output<string>;
  /** Until when a refusal may mean that the token is not known yet, RFC 3339. Left out: it never does. */
  newUntil?: pulumi.Output<string>;
}

export interface Sinks {
  metrics: Sink;
  logs: Sink;
  readers: { metrics: Reader; logs: Reader };
  /** Tokens with an end. None where the stack gives passwords itself. */
  tokens: pulumi.Output<Token>[];
  /**
   * Whether this machine may ask the sinks as the host does: not where the token works on the host's subnets
   * alone, which is refused here whatever it is.
   */
  askable: boolean;
}
