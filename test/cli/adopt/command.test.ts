import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { usage } from "../../../cli/adopt/arguments.ts";
import { command, type Surroundings } from "../../../cli/adopt/command.ts";
import type { Found } from "../../../cli/adopt/old-service.ts";
import { engineConfig } from "../../support/mock-program.ts";
import { completed } from "../../support/stack-files.ts";
import { lookOutput, oldHost } from "./support/found.ts";
import { record } from "./support/record.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "adopt-test-"));
  await writeFile(join(directory, "Pulumi.svlnas.yaml"), "config: {}\n");
});
afterAll(() => rm(directory, { recursive: true }));

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
function bareStack() {
  const {
    grafanaCloud: _,
    cloudAccessPolicyToken: __,
    githubToken: ___,
    ...rest
  } = completed("svlnas");
  return rest;
}

interface World {
  found?: Found;
  settings?: Record<string, unknown>;
  resources?: number;
  answer?: boolean;
  fails?: (call: string) => boolean;
}

/** Runs the command in a world of doubles; answers what it did, said and returned. */
async function adopt(args: string[], world: World = {}) {
  const { found = oldHost(), settings = bareStack(), resources = 0, answer = true } = world;
  const calls: string[] = [];
  const inputs: string[] = [];
  const scripts: string[] = [];
  const printed = { out: "", err: "" };
  const call = (text: string, input = "") => {
    calls.push(text);
    if (input) inputs.push(input);
    if (world.fails?.(text)) throw new Error(`no ${text.split(" ").slice(0, 2).join(" ")}`);
  };
  const around: Surroundings = {
    pulumi: {
      async run(words, input) {
        call(`pulumi ${words.join(" ")}`, input);
        if (words[0] === "config" && words[1] === "--json") return configJson(settings);
        if (words[1] === "export") return exportJson(resources);
        return "";
      },
      async show(words) {
        call(`pulumi ${words.join(" ")}`);
      },
    },
    stackFile: (stack) => join(directory, `Pulumi.${stack}.yaml`),
    host: () => ({
      async run(script, data) {
        scripts.push(script);
        call(hostCall(script), data);
        return script.includes('"kind":"container"') ? lookOutput(found) : "";
      },
    }),
    read: async (file) => {
      if (file === "-" || file === ".env") return oldEnv;
      throw new Error(`ENOENT: ${file}`);
    },
    confirm: async (question) => {
      calls.push(`ask ${question}`);
      return answer;
    },
    prove: async () => call("prove"),
    out: (text) => {
      printed.out += text;
    },
    say: (line) => {
      printed.err += `${line}
`;
    },
    signal: new AbortController().signal,
  };
  const code = await command(args, around);
  return { code, calls, inputs, scripts, ...printed };
}

function configJson(settings: Record<string, unknown>): string {
  const [config, secrets] = engineConfig(settings);
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key, { value, secret: secrets.includes(key) }]),
    ),
  );
}

function exportJson(count: number): string {
  const stack = { type: "pulumi:pulumi:Stack" };
  const resources = count
    ? [stack, ...Array(count).fill({ type: "docker:index/network:Network" })]
    : [];
  return JSON.stringify({ deployment: { resources } });
}

/** What a script does, in a word. */
function hostCall(script: string): string {
  if (script.includes('"kind":"container"')) return "host: look";
  if (script.includes("docker pull")) return "host: fetch";
  if (script.includes("cat > /service/adopt.json")) return "host: note";
  if (script.includes("rm -f /service/adopt.json")) return "host: forget";
  if (script.includes("for name in")) return "host: remove others";
  const name = /docker rename \S+ (\S+)/.exec(script)?.[1];
  if (name) return `host: rename to ${name}`;
  return "host: remove old";
}

const steps = (calls: string[]) => calls.filter((call) => !/^pulumi (config|stack)/.test(call));
const forward = [
  "host: look",
  "host: fetch",
  "host: note",
  "host: rename to alloy-before-adopt",
  "host: rename to alloy-docker-proxy-before-adopt",
  "host: rename to alloy-init-before-adopt",
  "pulumi up --stack svlnas --yes --skip-preview",
  "prove",
  "host: note",
];
const back = [
  "pulumi destroy --stack svlnas --yes --skip-preview",
  "host: remove others",
  "host: rename to alloy-init",
  "host: rename to alloy-docker-proxy",
  "host: rename to alloy",
  "host: forget",
];
const withoutPreview = (calls: string[]) =>
  steps(calls).filter((call) => !/^(pulumi preview|ask)/.test(call));

describe("adopt", () => {
  test("does the plan after a preview and a yes, and says what is next", async () => {
    const { code, calls, out } = await adopt(["--stack", "svlnas", "--env", ".env"]);
    expect(code).toBe(0);
    expect(withoutPreview(calls)).toEqual(forward);
    const [look, preview, ask] = steps(calls);
    expect(look).toBe("host: look");
    expect(preview).toMatch(/^pulumi preview --stack svlnas --config-file .+Pulumi\.svlnas\.yaml$/);
    expect(ask).toBe("ask Adopt this host?");
    expect(out).toContain(
      "alloy-frontend and alloy-backend stay as compose made them, with all containers that are in them.",
    );
    expect(out).toContain("npm run adopt -- --stack svlnas --clean-up");
  });

  test("gives the stack its settings; user names stay text, secrets travel over standard input", async () => {
    const { calls, inputs, out, err } = await adopt(["--stack", "svlnas", "--env", "-", "--yes"]);
    const set = calls.filter((call) => /config set/.test(call) && !call.includes("--config-file"));
    const key = "grafana-alloy";
    expect(set).toEqual([
      `pulumi config set --stack svlnas --path --type string ${key}:sinks.metrics.url https://metrics.example.net/api/v1/write`,
      `pulumi config set --stack svlnas --path --type string ${key}:sinks.metrics.username 1001`,
      `pulumi config set --stack svlnas --secret ${key}:metricsPassword`,
      `pulumi config set --stack svlnas --path --type string ${key}:sinks.logs.url https://logs.example.net/loki/api/v1/push`,
      `pulumi config set --stack svlnas --path --type string ${key}:sinks.logs.username 2002`,
      `pulumi config set --stack svlnas --secret ${key}:logsPassword`,
      `pulumi config set --stack svlnas --secret ${key}:githubToken`,
      `pulumi config set --stack svlnas --path ${key}:networks.existing true`,
    ]);
    for (const secret of ["glc_metrics", "glc_logs", "github_pat_1"]) {
      expect(inputs).toContain(secret);
      expect([...calls, out, err].join()).not.toContain(secret);
    }
  });

  test("--plan shows plan and preview, and changes nothing", async () => {
    const { code, calls, out } = await adopt(["--stack", "svlnas", "--env", ".env", "--plan"]);
    expect(code).toBe(0);
    expect(withoutPreview(calls)).toEqual(["host: look"]);
    expect(
      calls.filter((call) => /config set/.test(call)).every((call) => /--config-file/.test(call)),
    ).toBe(true);
    expect(calls.join()).not.toContain("ask");
    expect(out).toContain("  7. deploy: pulumi up\n");
  });

  test("a no changes nothing", async () => {
    const { code, calls, err } = await adopt(["--stack", "svlnas", "--env", ".env"], {
      answer: false,
    });
    expect(code).toBe(1);
    expect(withoutPreview(calls)).toEqual(["host: look"]);
    expect(err).toBe("adopt: not wanted, nothing was changed\n");
  });

  test("images of a registry with a log-in are left to the deployment, which has it", async () => {
    const args = ["--stack", "svlnas", "--env", ".env", "--yes"];
    const pulled = ({ scripts }: { scripts: string[] }) =>
      scripts.flatMap((script) => script.match(/docker pull -q \S+/g) ?? []);
    expect(pulled(await adopt(args)).map((line) => line.split(/[ :]/)[3])).toEqual([
      "docker.io/library/busybox",
      "lscr.io/linuxserver/socket-proxy",
    ]);
  });

  test("a proof that fails brings the old service back", async () => {
    const world = { fails: (call: string) => call === "prove" };
    const { code, calls, err } = await adopt(
      ["--stack", "svlnas", "--env", ".env", "--yes"],
      world,
    );
    expect(code).toBe(1);
    expect(withoutPreview(calls)).toEqual([...forward.slice(0, -1), ...back]);
    expect(calls.filter((call) => /config rm/.test(call))).toEqual(
      ["sinks", "metricsPassword", "logsPassword", "githubToken", "networks"].map(
        (path) => `pulumi config rm --stack svlnas --path grafana-alloy:${path}`,
      ),
    );
    expect(err.split("\n").slice(-3).join("\n")).toBe(
      "adopt: no prove\nThe old service is back as it was.\n",
    );
  });

  test("what can't be taken back is told with what to do by hand", async () => {
    const fails = (call: string) => call === "prove" || call.startsWith("pulumi destroy");
    const { calls, err } = await adopt(["--stack", "svlnas", "--env", ".env", "--yes"], { fails });
    expect(withoutPreview(calls)).toEqual([...forward.slice(0, -1), ...back]);
    expect(err).toContain(
      "Not all could be taken back. Do by hand, in this order:\n" +
        "  destroy what was deployed: no pulumi destroy\n" +
        "    pulumi cancel --stack svlnas; pulumi destroy --stack svlnas\n",
    );
  });

  test("all faults at once: file, stack and host", async () => {
    const { ingress: _, ...settings } = bareStack();
    const world = {
      settings: { ...settings, ingress: { hostName: "alloy" } },
      found: oldHost({ containers: [] }),
    };
    const { code, calls, err } = await adopt(["--stack", "svlnas"], { ...world, resources: 2 });
    expect(code).toBe(1);
    expect(calls).not.toContain("host: fetch");
    expect(err).toContain("adopt: 12 faults, nothing was changed on the host of svlnas.\n");
    expect(err).toContain("  GRAFANA_PROM_URL: is missing: the stack has no sinks.metrics.url\n");
    expect(err).toContain("  ingress.domain: is missing\n");
    expect(err).toContain("  alloy: is not on the host: nothing of the compose service to adopt\n");
    expect(err).toContain(
      "  stack svlnas: has 2 resources already; adopt is for one that was never deployed\n",
    );
  });

  test("a file that can't be read", async () => {
    const { code, err } = await adopt(["--stack", "svlnas", "--env", "old.env"]);
    expect({ code, err }).toEqual({
      code: 1,
      err: "adopt: old.env can't be read: ENOENT: old.env\n",
    });
  });
});

describe("after a run that was cut off", () => {
  const found = oldHost({ record });

  test("goes on from the start of the plan, without the checks of a beginning", async () => {
    const args = ["--stack", "svlnas", "--env", ".env"];
    const cut = { ...found, containers: [], networks: oldHost().networks };
    const { code, calls, inputs, out } = await adopt(args, { found: cut, resources: 12 });
    expect(code).toBe(0);
    expect(withoutPreview(calls)).toEqual([
      ...forward.slice(0, 6),
      "pulumi cancel --yes --stack svlnas",
      ...forward.slice(6),
    ]);
    expect(calls).toContain("ask Go on with it?");
    const [note = ""] = inputs.filter((input) => input.startsWith('{"version":1'));
    expect(JSON.parse(note).settings).toEqual([
      ...["limits", "networks"],
      ...["sinks", "metricsPassword", "logsPassword", "githubToken"],
    ]);
    expect(out).toContain(
      "An adoption of this host was cut off. What is done again does no harm:\n",
    );
  });

  test("--roll-back takes all of it back", async () => {
    const { code, calls, err } = await adopt(["--stack", "svlnas", "--roll-back"], {
      found,
      settings: completed("svlnas"),
    });
    expect(code).toBe(0);
    expect(withoutPreview(calls)).toEqual([
      "host: look",
      "pulumi cancel --yes --stack svlnas",
      ...back,
    ]);
    expect(err).toMatch(/The old service is back as it was\.\n$/);
  });

  test("--clean-up is refused", async () => {
    const settings = completed("svlnas");
    const { code, err } = await adopt(["--stack", "svlnas", "--clean-up"], { found, settings });
    expect({ code, err }).toEqual({
      code: 1,
      err: "adopt: the adoption of svlnas was cut off, there is nothing to clean up yet: npm run adopt -- --stack svlnas\n",
    });
  });

  test("of another stack it is not touched", async () => {
    const world = { found: oldHost({ record: { ...record, stack: "nas" } }) };
    const { code, err } = await adopt(["--stack", "svlnas", "--env", ".env"], world);
    expect(code).toBe(1);
    expect(err).toContain(
      "  /mnt/vm-pool/apps/services/alloy/adopt.json: is of an adoption by the stack nas\n    npm run adopt -- --stack nas",
    );
  });
});

describe("after an adoption that is done", () => {
  const found = oldHost({ record: { ...record, phase: "adopted" } });
  const settings = completed("svlnas");

  test("adopt does nothing again", async () => {
    const { code, calls, out } = await adopt(["--stack", "svlnas"], { found, settings });
    expect(code).toBe(0);
    expect(withoutPreview(calls)).toEqual(["host: look"]);
    expect(out).toContain("--roll-back   puts them back\n");
  });

  test("--clean-up removes the old containers and the note", async () => {
    const { code, calls, out } = await adopt(["--stack", "svlnas", "--clean-up"], {
      found,
      settings,
    });
    expect(code).toBe(0);
    expect(steps(calls)).toEqual([
      "host: look",
      "ask Remove the old containers for good?",
      "host: remove old",
      "host: forget",
    ]);
    expect(out).toBe("Removed alloy-init, alloy, alloy-docker-proxy of compose.\n");
  });

  test("--roll-back still puts the old service back", async () => {
    const { code, calls } = await adopt(["--stack", "svlnas", "--roll-back", "--yes"], {
      found,
      settings,
    });
    expect(code).toBe(0);
    expect(withoutPreview(calls).slice(2)).toEqual(back);
  });

  test("without one there is nothing to roll back", async () => {
    const { code, err } = await adopt(["--stack", "svlnas", "--roll-back"], { settings });
    expect({ code, err }).toEqual({
      code: 1,
      err: "adopt: the host of svlnas has no adopt.json: there is nothing to put back\n",
    });
  });
});

test.each([
  [[], "--stack is missing"],
  [["--stack", "a", "--timeout", "soon"], '--timeout must be whole seconds, not "soon"'],
  [["--stack", "a", "--plan", "--clean-up"], "--plan and --clean-up can't be both"],
  [["--stak", "a"], "'--stak'"],
])("2 and the usage for %j", async (args, text) => {
  const { code, err, calls } = await adopt(args);
  expect({ code, calls }).toEqual({ code: 2, calls: [] });
  expect(err).toContain(text);
  expect(err).toContain(usage);
});

test("0 and the usage for --help", async () => {
  expect(await adopt(["--help"])).toMatchObject({ code: 0, err: `${usage}\n` });
});
