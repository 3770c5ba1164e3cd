import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command, type Surroundings } from "../../../../cli/adopt/command.ts";
import type { Found } from "../../../../cli/adopt/old-service.ts";
import { engineConfig } from "../../../support/mock-program.ts";
import { completed } from "../../../support/stack-files.ts";
import { lookOutput, oldHost } from "./found.ts";

const oldEnv = `
GRAFANA_PROM_URL=https://metrics.example.net/api/v1/write
GRAFANA_PROM_USERNAME=1001
GRAFANA_PROM_PASSWORD=glc_metrics
GRAFANA_LOKI_URL=https://logs.example.net/loki/api/v1/push
GRAFANA_LOKI_USERNAME=2002
GRAFANA_LOKI_PASSWORD=glc_logs
GITHUB_API_TOKEN=github_pat_1
`;

/** svlnas as committed, with what only the operator knows; sinks and tokens come from the old file. */
export function bareStack() {
  const all = completed("svlnas");
  const given = ["grafanaCloud", "cloudAccessPolicyToken", "githubToken"];
  return Object.fromEntries(Object.entries(all).filter(([name]) => !given.includes(name)));
}

interface World {
  found?: Found;
  settings?: Record<string, unknown>;
  resources?: number;
  answer?: boolean;
  fails?: (call: string) => boolean | Error;
}

/** Runs the command on svlnas in a world of doubles; answers what it did, said and returned. */
export async function adopt(args: string[], world: World = {}) {
  const { found = oldHost(), settings = bareStack(), resources = 0, answer = true } = world;
  const seen = { calls: [] as string[], inputs: [] as string[], out: "", err: "" };
  const call = (text: string, input = "") => {
    seen.calls.push(text);
    if (input) seen.inputs.push(input);
    const failure = world.fails?.(text);
    if (failure) throw failure === true ? new Error(`no ${text}`) : failure;
  };
  const directory = mkdtempSync(join(tmpdir(), "adopt-test-"));
  writeFileSync(join(directory, "stack.yaml"), "config: {}\n");
  const around: Surroundings = {
    pulumi: {
      async run(words, input) {
        call(`pulumi ${words.join(" ")}`, input);
        if (words[1] === "--json") return configJson(settings);
        return words[1] === "export" ? exportJson(resources) : "";
      },
      show: async (words) => call(`pulumi ${words.join(" ")}`),
    },
    stackFile: () => join(directory, "stack.yaml"),
    host: () => async (script, data) => {
      call(hostCall(script), data);
      return hostCall(script) === "host: look" ? lookOutput(found) : "";
    },
    async read(file) {
      if (file === "-" || file === ".env") return oldEnv;
      throw new Error(`ENOENT: ${file}`);
    },
    async confirm(question) {
      call(`ask ${question}`);
      return answer;
    },
    prove: async () => call("prove"),
    out: (text) => {
      seen.out += text;
    },
    say: (line) => {
      seen.err += `${line}\n`;
    },
    signal: new AbortController().signal,
  };
  const code = await command(args, around);
  /** What changes something, and what is asked for on the way. */
  const steps = seen.calls.filter((text) => !/^pulumi (config|stack|preview)/.test(text));
  return { code, steps, ...seen };
}

function configJson(settings: Record<string, unknown>): string {
  const [config, secrets] = engineConfig(settings);
  const entries = Object.entries(config).map(([key, value]) => {
    return [key, { value, secret: secrets.includes(key) }];
  });
  return JSON.stringify(Object.fromEntries(entries));
}

function exportJson(count: number): string {
  const network = { type: "docker:index/network:Network" };
  const resources = [{ type: "pulumi:pulumi:Stack" }, ...Array(count).fill(network)];
  return JSON.stringify({ deployment: { resources } });
}

/** What a script does, in a word; images it fetches by name. */
function hostCall(script: string): string {
  const images = script.match(/(?<=docker pull -q )[^\s:@]+/g);
  if (images) return `host: fetch ${images.join(" ")}`;
  if (script.includes("docker network ls")) return "host: look";
  if (script.includes("cat > /service/adopt.json")) return "host: note";
  if (script.includes("rm -f /service/adopt.json")) return "host: forget";
  if (script.includes("rm -rf config/versions config/current config/proven"))
    return "host: remove others";
  const name = /docker rename \S+ (\S+)/.exec(script)?.[1];
  return name ? `host: rename to ${name}` : "host: remove old";
}
