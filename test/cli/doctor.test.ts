import { expect, test } from "vitest";
import { type Check, checked } from "../../checks/host/check.ts";
import type { ChecksRequest } from "../../checks/host/request.ts";
import { command } from "../../cli/doctor/command.ts";
import { printedConfig } from "../support/printed-config.ts";
import { completed, type RawSettings } from "../support/stack-files.ts";
import { printing } from "./support/printing.ts";

const journal = {
  path: "host.journal.gid",
  reason: "is 102, but on this host the group 999 reads the journal",
  fix: "pulumi config set --stack svlnas --path 'grafana-alloy:host.journal.gid' 999",
};
const healthy = [checked("ssh", "root@svlnas:22"), checked("docker", "28.3.1, API 1.51")];

interface Given {
  settings?: RawSettings;
  /** Answers of the Pulumi CLI by its first argument, in place of the usual ones. */
  pulumi?: Record<string, string | Error>;
  host?: Check[];
  node?: string;
}

/** Runs the command; answers exit code, what was printed and what was asked of whom. */
async function run(given: Given = {}, args: string[] = []) {
  const { console, printed } = printing(100);
  const calls: string[][] = [];
  const asked: [ChecksRequest, string | undefined][] = [];
  const answers: Record<string, string | Error> = {
    version: "v3.259.0\n",
    config: printedConfig(given.settings ?? completed("svlnas")),
    ...given.pulumi,
  };
  const code = await command([...args, "--stack", "svlnas"], {
    ...console,
    machine: {
      node: given.node ?? "24.21.0",
      pulumi: {
        run: async (words) => {
          calls.push(words);
          const answer = answers[words[0] ?? ""];
          if (answer === undefined || answer instanceof Error) throw answer;
          return answer;
        },
        show: () => Promise.reject(new Error("nothing is shown")),
      },
      host: async (request, password) => {
        asked.push([request, password]);
        return given.host ?? healthy;
      },
    },
  });
  return { code, ...printed, calls, asked };
}

test("0 and a table when all is well; nothing is asked of Pulumi but version and configuration", async () => {
  const { code, out, err, calls, asked } = await run();
  expect(code).toBe(0);
  expect(out).toBe(`
check          found             state
node           24.21.0           ok
pulumi         3.259.0           ok
configuration  valid             ok
ssh            root@svlnas:22    ok
docker         28.3.1, API 1.51  ok

5 ok
`);
  expect(err).toBe("reading the configuration of svlnas\nchecking the host svlnas\n");
  expect(calls).toEqual([["version"], ["config", "--json", "--show-secrets", "--stack", "svlnas"]]);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.[0]).toMatchObject({ stack: "svlnas", host: { name: "svlnas" } });
});

test("--json: an array of checks and nothing else on standard output", async () => {
  const host = [checked("journal", "/var/log/journal, GID 999", journal)];
  const { code, out } = await run({ host }, ["--json"]);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual([
    { check: "node", found: "24.21.0", state: "ok" },
    { check: "pulumi", found: "3.259.0", state: "ok" },
    { check: "configuration", found: "valid", state: "ok" },
    { check: "journal", found: "/var/log/journal, GID 999", state: "fault", ...journal },
  ]);
});

test("the registry's password goes to the checks and nowhere else", async () => {
  const { code, out, err, asked } = await run();
  expect(code).toBe(0);
  expect(asked[0]?.[1]).toBe("dckr_pat_secret");
  expect(JSON.stringify(asked[0]?.[0])).not.toContain("dckr_pat_secret");
  expect(out + err).not.toContain("secret");
});

const { githubToken: _, ...tokenless } = completed("svlnas");
const wrongSubnet = { ...completed("svlnas"), networks: { frontendSubnet: "10.0.0.1/29" } };
const inPlain = printedConfig(completed("svlnas")).replaceAll('"secret":true', '"secret":false');
const noCli = new Error("pulumi is not on PATH.");
const noStack = new Error("`pulumi config` failed: error: no stack named 'svlnas' found");
const noPassphrase = new Error("`pulumi config` failed: error: incorrect passphrase");

test.each<[what: string, Given, said: string[], hostAsked: boolean]>([
  [
    "a fault of the host",
    { host: [...healthy, checked("journal", "/var/log/journal, GID 999", journal)] },
    [
      "journal        /var/log/journal, GID 999  fault",
      `    host.journal.gid: ${journal.reason}`,
      `    ${journal.fix}`,
      "",
      "5 ok, 1 to fix",
    ],
    true,
  ],
  [
    "a fault of the configuration beside the host's part",
    { settings: tokenless },
    [
      "    githubToken: is missing: this host polls GitHub",
      "    npm run github-token -- --stack svlnas",
    ],
    true,
  ],
  [
    "a fault of the host's own settings",
    { settings: wrongSubnet },
    ["host           skipped: fix its settings first  open", "", "2 ok, 1 to fix, 1 skipped"],
    false,
  ],
  [
    "a secret that is stored in plain text",
    { pulumi: { config: inPlain } },
    ["    githubToken: is stored in plain text"],
    true,
  ],
  [
    "no Pulumi CLI",
    { pulumi: { version: noCli } },
    [
      "    pulumi: pulumi is not on PATH.",
      "    install version 3.259 or newer, https://www.pulumi.com/docs/install/",
    ],
    false,
  ],
  [
    "a Pulumi CLI that is too old",
    { pulumi: { version: "v3.258.1\n" } },
    [
      "    pulumi: is 3.258.1, older than 3.259",
      "    install version 3.259 or newer, https://www.pulumi.com/docs/install/",
    ],
    false,
  ],
  [
    "a Node that is too old",
    { node: "22.17.1" },
    [
      "    node: is 22.17.1, older than 22.18",
      "    install Node.js 22.18 or newer, https://nodejs.org/",
    ],
    true,
  ],
  [
    "no such stack",
    { pulumi: { config: noStack } },
    [`    stack: ${noStack.message}`, "    pulumi stack init svlnas"],
    false,
  ],
  [
    "a stack that can't be read",
    { pulumi: { config: noPassphrase } },
    [`    stack: ${noPassphrase.message}`, "    see why: pulumi config --stack svlnas"],
    false,
  ],
])("1 and what to do: %s", async (_what, given, said, hostAsked) => {
  const { code, out, asked } = await run(given);
  expect(code).toBe(1);
  expect(out).toContain(`\n${said.join("\n")}`);
  expect(asked.length > 0).toBe(hostAsked);
});
