import { statSync } from "node:fs";
import { join } from "node:path";
import { prepareHost, writeSecret } from "../../../components/files/install-scripts.ts";
import { proveTokens, type TokenProof } from "../../../components/files/token-proof.ts";
import { SimulatedHost } from "../../support/simulated-host.ts";

/** What the agent's metrics say, as Prometheus' text. */
export interface Look {
  begun?: number;
  pending?: number;
  failed?: number;
  retried?: number;
  lines?: number;
  refused?: number;
}

/** A SIMULATED host on which an agent pushes with two tokens. */
export class TokenHost extends SimulatedHost {
  constructor() {
    super({ state: "running" });
    this.run(prepareHost(this.site));
  }

  writeSecret(name: string, secret: string) {
    return this.run(writeSecret(this.site, { name, bytes: Buffer.byteLength(secret) }), secret);
  }

  writeBoth(secret: string): void {
    this.writeSecret("metrics-password", `${secret}-m`);
    this.writeSecret("logs-password", `${secret}-l`);
  }

  /** Docker says when the agent started: nine digits of a second, or none. */
  agentStarted(offset: number, digits = ".123456789"): void {
    const iso = new Date(this.after1970(offset) * 1000).toISOString();
    this.write("started", `${iso.replace(".000", digits)}\n`);
  }

  /** What the agent says, look after look; the last one from then on. */
  agentSays(...looks: Look[]): void {
    this.write("looks", "0");
    for (const [index, look] of looks.entries()) {
      this.write(`metrics.${index + 1}`, this.metrics(look));
    }
  }

  metrics(look: Look): string {
    const { begun = 0, pending = 0, failed = 0, retried = 0 } = look;
    const { lines = 0, refused = 0 } = look;
    const to = `component_id="prometheus.remote_write.grafana_cloud",url="https://m {x}"`;
    return `\
# HELP loki_write_request_duration_seconds Duration of send requests.
loki_write_request_duration_seconds_count{host="h",status_code="204"} ${lines ? 1 : 0}
loki_write_request_duration_seconds_count{host="h",status_code="401"} ${refused}
loki_write_sent_entries_total{host="h"} ${lines}
prometheus_remote_storage_samples_total{${to}} ${begun}
prometheus_remote_storage_samples_pending{${to}} ${pending}
prometheus_remote_storage_samples_failed_total{${to}} ${failed}
prometheus_remote_storage_samples_retried_total{${to}} ${retried}
`;
  }

  /** Runs the proof; answers how it ended, what it waited for in all, and what is on the host then. */
  prove(secret: string, change: Partial<TokenProof> = {}) {
    const proof: TokenProof = {
      site: this.site,
      metricsUrl: "https://metrics.example/push",
      logsUrl: "https://logs.example/push",
      sendsMetrics: true,
      sendsLogs: true,
      asked: "unclear",
      stack: "svlnas",
      ...change,
    };
    this.write("sleeps", "");
    const { status, stderr } = this.run(proveTokens(proof), `${secret}-m\n${secret}-l\n`);
    const sleeps = this.read("sleeps").split("\n").map(Number);
    return {
      status,
      last: stderr.trimEnd().split("\n").at(-1),
      seconds: sleeps.reduce((sum, one) => sum + one, 0),
      secrets: this.files("secrets"),
    };
  }

  /** Seconds since 1970 of a moment, told from when the secrets were written. */
  private after1970(offset: number): number {
    const secret = join(this.site.directory, "secrets", "logs-password");
    return Math.floor(statSync(secret).mtimeMs / 1000) + offset;
  }
}
