// The real engine; the host, Grafana Cloud and GitHub are SIMULATED.
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXPECTED_CHANGES } from "../support/expected-changes.ts";
import { type CloudHost, cloudHost } from "./support/cloud-host.ts";
import { earlierCommit, earlierProgram } from "./support/earlier-program.ts";

const earlier = await earlierCommit();
const immich = { name: "immich", exporter: "immich-db-exporter:9187", network: "immich-backend" };

describe.skipIf(!earlier)("a stack that an earlier program deployed", () => {
  let host: CloudHost;
  let before: string;
  beforeAll(async () => {
    host = await cloudHost(20, {
      pipelines: ["host", "containers", "journal", "traefik", "postgres", "github", "self"],
      postgres: [immich],
    });
    before = `${host.directory}-before`;
    await earlierProgram(earlier as string, before);
    await cp(join(host.directory, "Pulumi.one.yaml"), join(before, "Pulumi.one.yaml"));
  });
  afterAll(async () => {
    await host?.close();
    await rm(before, { recursive: true, force: true });
  });

  test("stays as it is under this one", async () => {
    const deployed = await host.pulumi(["up", "--yes", "--skip-preview"], { directory: before });
    expect(deployed.code, deployed.output).toBe(0);
    const { code, output, stdout } = await host.pulumi(["preview", "--json"]);
    expect(code, output).toBe(0);
    const { steps }: { steps: Step[] } = JSON.parse(stdout);
    // Beside changes the engine names no resource that stays.
    expect(steps.length).toBeGreaterThan(0);
    const changed = steps
      .filter(({ op, urn }) => op !== "same" && !(nameOf(urn) in EXPECTED_CHANGES))
      .map(({ op, urn, detailedDiff }) => [op, nameOf(urn), ...Object.keys(detailedDiff ?? {})]);
    expect(changed).toEqual([]);
  });
});

/** A step of `pulumi preview --json`. */
interface Step {
  op: string;
  urn: string;
  detailedDiff?: Record<string, unknown> | null;
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
