// The program in the real engine. Its host, Grafana Cloud and GitHub are SIMULATED; the doubles of the two
// clouds' plugins fail as the plugins do.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type CloudHost, cloudHost } from "./support/cloud-host.ts";

/** What the plugin of Grafana Cloud takes for a second, in ms: its two minutes are 2.4 s. */
const SECOND = 20;
/** Longest wait for a preview that GitHub does not answer, in s: the program gives each first answer 10, a busy machine more. */
const LIMIT = 60;

let host: CloudHost;
beforeAll(async () => {
  host = await cloudHost(SECOND);
});
afterEach(() => {
  host.cloud.faults.clear();
  host.github.troubles.length = 0;
});
afterAll(() => host?.close());

const preview = () => host.pulumi(["preview"]);
const up = () => host.pulumi(["up", "--yes", "--skip-preview"]);

/** Errors below `Diagnostics:`, each with what is indented below it. */
function errorsIn(output: string): string[] {
  const told = output.split("\nDiagnostics:\n")[1] ?? "";
  return [...told.matchAll(/^ {4}error: ((?:.*\n)(?: {4,}(?!error:|warning:).*\n|\t.*\n)*)/gm)].map(
    ([, text = ""]) => text.trim(),
  );
}

describe("Grafana Cloud, after the preflight", () => {
  test("may have no connections of the stack: nobody asks for them", async () => {
    host.cloud.faults.tell({ on: /^GET .*\/connections$/, status: 404 });
    const { code, output } = await preview();
    expect(code, output).toBe(0);
  });

  test("a fault of its own while policies are made reads as one sentence", async () => {
    host.cloud.faults.tell({ on: /^POST .*\/accesspolicies$/, status: 503 });
    const { output } = await up();
    expect(output).toMatch(/^ {4}error: grafanaCloud.*pulumi up --stack one$/m);
  });

  test("what both policies lack is said once", async () => {
    host.cloud.faults.tell({ on: /^POST .*\/accesspolicies$/, status: 403 });
    const { output } = await up();
    const said = errorsIn(output).filter((error) => /lacks accesspolicies:write/.test(error));
    expect(said).toHaveLength(1);
  });

  test("that made a policy and lost the answer names the command that adopts it", async () => {
    host.cloud.faults.tell({ on: /^POST .*\/accesspolicies$/, status: 502, done: true, times: 1 });
    const { code, output } = await up();
    expect(code).not.toBe(0);
    expect(output).toMatch(/adopt it, then .*: pulumi import --stack one .* eu:[\w-]+$/m);
    for (const { id } of host.cloud.cloud
      .policies("eu")
      .filter(({ name }) => name !== "bootstrap")) {
      host.cloud.cloud.deletePolicy("eu", id);
    }
  });

  test("that is well again is deployed to", async () => {
    const { code, output } = await host.pulumi(["up", "--yes", "--skip-preview", "--refresh"]);
    expect(code, output).toBe(0);
  });
});

describe("GitHub", () => {
  const goesOn = async (reason: RegExp, seconds?: number) => {
    const { code, output, timedOut } = await host.pulumi(["preview"], { seconds });
    expect(timedOut, "it did not finish in time").toBe(false);
    expect(code, output).toBe(0);
    expect(output).toMatch(reason);
    expect(output).toContain("The deployment continues without this check.");
  };

  test("GitHub that never answers is done without, whatever /rate_limit does", async () => {
    for (const except of [undefined, "/rate_limit"]) {
      host.github.troubles.splice(0, 1, { path: "/", except, silent: true });
      await goesOn(/githubToken: not checked\./, LIMIT);
    }
  });

  test("that hangs up is done without", () => {
    host.github.troubles.push({ path: "/", except: "/rate_limit", hangUp: true });
    return goesOn(/githubToken: not checked\. .*other side closed/);
  });

  test("that is away changes nothing of what was deployed: the token's end last known stays", async () => {
    const deployed = await up();
    expect(deployed.code, deployed.output).toBe(0);
    const told = async () =>
      (await host.pulumi(["stack", "output", "verify", "--json", "--show-secrets"])).stdout;
    const before = await told();
    expect(before).toContain('"2099-01-31T12:00:00.000Z"');
    host.github.troubles.push({ path: "/", except: "/rate_limit", hangUp: true });
    const away = await host.pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
    expect(away.code, away.output).toBe(0);
    expect(away.output).toContain("The deployment continues without this check.");
    expect(await told()).toBe(before);
  });
});

// Last: the networks stay behind on the simulated host, where no command removes them.
test("a destroy that may not delete says which scope is missing", async () => {
  host.cloud.faults.tell({ on: /^DELETE /, status: 403 });
  const { output } = await host.pulumi(["destroy", "--yes", "--skip-preview", "--run-program"]);
  expect(output).toContain("lacks accesspolicies:delete");
});
