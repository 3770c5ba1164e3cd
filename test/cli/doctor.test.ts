import { describe, expect, test } from "vitest";
import { type Check, checked } from "../../checks/host/check.ts";
import type { ChecksRequest } from "../../checks/host/request.ts";
import { command, usage } from "../../cli/doctor/command.ts";
import { printedConfig } from "../support/printed-config.ts";
import { completed, type RawSettings } from "../support/stack-files.ts";

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
async function run(args: string[], given: Given = {}) {
  const printed = { out: "", err: "" };
  const calls: string[][] = [];
  const asked: [ChecksRequest, string | undefined][] = [];
  const answers: Record<string, string | Error> = {
    version: "v3.259.0\n",
    config: printedConfig(given.settings ?? completed("svlnas")),
    ...given.pulumi,
  };
  const code = await command(args, {
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
    out: (text) => {
      printed.out += text;
    },
    say: (line) => {
      printed.err += `${line}\n`;
    },
    terminal: { width: 100, colour: false },
  });
  return { code, ...printed, calls, asked };
}

test("0 and a table when all is well; nothing is asked of Pulumi but version and configuration", async () => {
  const { code, out, err, calls, asked } = await run(["--stack", "svlnas"]);
  expect(code).toBe(0);
  expect(out).toBe(`
check          found             state
node           24.21.0           ok
pulumi         v3.259.0          ok
configuration  valid             ok
ssh            root@svlnas:22    ok
docker         28.3.1, API 1.51  ok

5 ok
`);
  expect(err).toBe("reading the configuration of svlnas\nlooking at the host svlnas\n");
  expect(calls).toEqual([["version"], ["config", "--json", "--show-secrets", "--stack", "svlnas"]]);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.[0]).toMatchObject({ stack: "svlnas", host: { name: "svlnas" } });
});

test("1 and what to do when the host lacks something", async () => {
  const host = [...healthy, checked("journal", "/var/log/journal, GID 999", journal)];
  const { code, out } = await run(["--stack", "svlnas"], { host });
  expect(code).toBe(1);
  expect(out).toContain(
    `journal        /var/log/journal, GID 999  fault\n    host.journal.gid: ${journal.reason}\n    ${journal.fix}\n`,
  );
  expect(out.endsWith("\n5 ok, 1 to mend\n")).toBe(true);
});

test("--json: an array of checks and nothing else on standard output", async () => {
  const host = [checked("journal", "/var/log/journal, GID 999", journal)];
  const { code, out } = await run(["--stack", "svlnas", "--json"], { host });
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual([
    { check: "node", found: "24.21.0", state: "ok" },
    { check: "pulumi", found: "v3.259.0", state: "ok" },
    { check: "configuration", found: "valid", state: "ok" },
    { check: "journal", found: "/var/log/journal, GID 999", state: "fault", ...journal },
  ]);
});

test("faults of the configuration are told, and the host is looked at where its part is well", async () => {
  const { githubToken: _, ...settings } = completed("svlnas");
  const { code, out, asked } = await run(["--stack", "svlnas"], { settings });
  expect(code).toBe(1);
  expect(out).toContain("    githubToken: is missing: this host polls GitHub\n");
  expect(out).toContain("    npm run github-token -- --stack svlnas\n");
  expect(asked).toHaveLength(1);
});

test("a host whose own settings are wrong is left open", async () => {
  const settings = { ...completed("svlnas"), networks: { frontendSubnet: "10.0.0.1/29" } };
  const { code, out, asked } = await run(["--stack", "svlnas"], { settings });
  expect(code).toBe(1);
  expect(out).toContain("networks.frontendSubnet: is not the first address of a /29 subnet");
  expect(out).toMatch(/\nhost +not asked: first mend its settings +open\n/);
  expect(out.endsWith("\n2 ok, 1 to mend, 1 not asked\n")).toBe(true);
  expect(asked).toEqual([]);
});

test("a secret that is stored in plain text is told", async () => {
  const config = printedConfig(completed("svlnas")).replaceAll('"secret":true', '"secret":false');
  const { out } = await run(["--stack", "svlnas"], { pulumi: { config } });
  expect(out).toContain("githubToken: is stored in plain text");
});

test("the registry's password goes to the checks and nowhere else", async () => {
  const registry = { address: "dhi.io", username: "myaccount" };
  const settings = { ...completed("svlnas"), registry, registryPassword: "dckr_pat_secret" };
  const { code, out, err, asked } = await run(["--stack", "svlnas"], { settings });
  expect(code).toBe(0);
  expect(asked[0]?.[1]).toBe("dckr_pat_secret");
  expect(JSON.stringify(asked[0]?.[0])).not.toContain("dckr_pat_secret");
  expect(out + err).not.toContain("secret");
});

describe("this machine", () => {
  test("without the CLI: nothing else is asked", async () => {
    const version = new Error(
      "pulumi is not on PATH: https://www.pulumi.com/docs/install/ has it.",
    );
    const { code, out, calls } = await run(["--stack", "svlnas"], { pulumi: { version } });
    expect(code).toBe(1);
    expect(out).toContain("    pulumi: pulumi is not on PATH");
    expect(calls).toHaveLength(1);
  });

  test("with a Node that is too old", async () => {
    const { code, out } = await run(["--stack", "svlnas"], { node: "22.17.1" });
    expect(code).toBe(1);
    expect(out).toContain(
      "    node: is 22.17.1, older than 22.18\n    install Node.js 22.18 or newer",
    );
  });

  test.each([
    ["`pulumi config` failed: error: no stack named 'svlnas' found", "pulumi stack init svlnas"],
    [
      "`pulumi config` failed: error: incorrect passphrase",
      "see why: pulumi config --stack svlnas",
    ],
  ])("with a stack that can't be read: %s", async (message, fix) => {
    const { code, out, asked } = await run(["--stack", "svlnas"], {
      pulumi: { config: new Error(message) },
    });
    expect(code).toBe(1);
    expect(out).toContain(`    stack: ${message}\n    ${fix}\n`);
    expect(asked).toEqual([]);
  });
});

test.each([
  [[], "doctor: --stack is missing"],
  [["--stak", "svlnas"], "'--stak'"],
  [["svlnas"], "svlnas"],
])("2 and the usage for %j", async (args, text) => {
  const { code, out, err, calls } = await run(args);
  expect({ code, out, calls }).toEqual({ code: 2, out: "", calls: [] });
  expect(err).toContain(text);
  expect(err).toContain(usage);
});

test("0 and the usage for --help", async () => {
  expect(await run(["--help"])).toMatchObject({ code: 0, out: "", err: `${usage}\n` });
});
