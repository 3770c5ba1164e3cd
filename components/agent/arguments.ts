import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/schema.ts";
import type { StandingNetwork } from "../../host-shell/standing.ts";
import type { Token } from "../../telemetry/facts.ts";
import type { Sinks } from "../destinations/destination.ts";
import type { GithubAccess } from "../github/github-access.ts";
import type { Host } from "../host/host.ts";

export interface AlloyAgentArgs {
  host: Host;
  /** The stack's settings without its secrets. */
  settings: Pick<
    Settings,
    | "host"
    | "pipelines"
    | "postgres"
    | "github"
    | "logs"
    | "ingress"
    | "networks"
    | "restart"
    | "limits"
    | "images"
  >;
  /** Contents of the pipeline files by file name. */
  pipelines: Record<string, string>;
  /** Where the data goes. */
  sinks: Sinks;
  /** The service's networks that are on the host already. */
  standing: StandingNetwork[];
  /** What polls GitHub; needed where the `github` pipeline polls. */
  github?: Pick<GithubAccess, "file" | "secret">;
  /** Tokens that the host needs; it reports when they end. */
  tokens: pulumi.Output<Token>[];
}
