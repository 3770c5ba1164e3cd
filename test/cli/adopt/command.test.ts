import { describe, expect, test } from "vitest";
import { PulumiFailure } from "../../../cli/shared/pulumi-cli.ts";
import { completed } from "../../support/stack-files.ts";
import { oldHost, record } from "./support/found.ts";
import { adopt, bareStack } from "./support/world.ts";

const withFile = ["--stack", "svlnas", "--env", ".env"];
// Alloy's own is left to the deployment, which has the login to its registry.
const images = "docker.io/library/busybox lscr.io/linuxserver/socket-proxy";
const forward = [
  `host: fetch ${images}`,
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

describe("adopt", () => {
  test("does the plan after a preview and a yes, and says what is next", async () => {
    const { code, calls, steps, out } = await adopt(withFile);
    expect(code).toBe(0);
    expect(steps).toEqual(["host: look", "ask Adopt this host?", ...forward]);
    expect(calls[calls.indexOf("ask Adopt this host?") - 1]).toMatch(
      /^pulumi preview --stack svlnas --config-file .+Pulumi\.svlnas\.yaml$/,
    );
    expect(out).toContain(`The plan:
  1. fetch the images, while the old service runs
  2. note in /mnt/vm-pool/apps/services/alloy/adopt.json what is set aside
  3. give the stack 8 settings: sinks.metrics.url, sinks.metrics.username, metricsPassword, sinks.logs.url, sinks.logs.username, logsPassword, githubToken, networks.existing
  4. stop alloy and rename it to alloy-before-adopt
  5. stop alloy-docker-proxy and rename it to alloy-docker-proxy-before-adopt
  6. stop alloy-init and rename it to alloy-init-before-adopt
  7. deploy: pulumi up
  8. verify that everything arrives
  9. record that the adoption is done
If a step fails, all steps are undone in reverse order, until the old service runs as before.

alloy-frontend and alloy-backend stay as compose created them, with all their containers.
Before you say yes: `);
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
    const secrets = ["glc_metrics", "glc_logs", "github_pat_1"];
    expect(inputs).toEqual(expect.arrayContaining(secrets));
    expect([...calls, out, err].join()).not.toMatch(secrets.join("|"));
  });

  test("--plan shows plan and preview, and changes nothing", async () => {
    const { code, calls, steps } = await adopt([...withFile, "--plan"]);
    expect(code).toBe(0);
    expect(steps).toEqual(["host: look"]);
    const set = calls.filter((call) => /config set/.test(call));
    expect(set.filter((call) => !call.includes("--config-file"))).toEqual([]);
  });

  test("a no changes nothing", async () => {
    const { code, steps, err } = await adopt(withFile, { answer: false });
    expect({ code, steps }).toEqual({ code: 1, steps: ["host: look", "ask Adopt this host?"] });
    expect(err).toBe("adopt: declined, nothing was changed\n");
  });

  test("a proof that fails brings the old service back; what can't be taken back is told", async () => {
    const fails = (call: string) => call === "prove" || call.startsWith("pulumi destroy");
    const { code, calls, steps, err } = await adopt([...withFile, "--yes"], { fails });
    expect(code).toBe(1);
    expect(steps).toEqual(["host: look", ...forward.slice(0, -1), ...back]);
    expect(calls.filter((call) => /config rm/.test(call))).toEqual(
      ["sinks", "metricsPassword", "logsPassword", "githubToken", "networks"].map(
        (path) => `pulumi config rm --stack svlnas --path grafana-alloy:${path}`,
      ),
    );
    expect(err).toContain(`adopt: no prove
Not all could be undone. Do this by hand, in this order:
  destroy what was deployed: no pulumi destroy --stack svlnas --yes --skip-preview
    pulumi cancel --stack svlnas; pulumi destroy --stack svlnas
`);
  });

  test("all faults at once: file, stack and host", async () => {
    const settings = { ...bareStack(), ingress: { hostName: "alloy" } };
    const found = oldHost({ containers: [] });
    const { code, steps, err } = await adopt(["--stack", "svlnas"], {
      settings,
      found,
      resources: 2,
    });
    expect({ code, steps }).toEqual({ code: 1, steps: ["host: look"] });
    const paths = err.match(/^ {2}\S.*?(?=: )/gm)?.map((path) => path.trim());
    expect(err).toContain("adopt: 8 faults in the adoption of svlnas, nothing was changed.\n");
    expect(paths).toEqual([
      ...["ingress.domain", "grafanaCloud", "cloudAccessPolicyToken", "githubToken"],
      ...["alloy", "alloy-docker-proxy", "alloy-init", "stack svlnas"],
    ]);
  });

  test("a file that can't be read", async () => {
    expect(await adopt(["--stack", "svlnas", "--env", "old.env"])).toMatchObject({
      code: 1,
      err: "adopt: old.env can't be read: ENOENT: old.env\n",
    });
  });
});

describe("after a run that was cut off", () => {
  const found = oldHost({ record });

  test("continues from the start of the plan, without the checks of a beginning", async () => {
    const world = { found: { ...found, containers: [] }, resources: 12 };
    const { code, steps, inputs, out } = await adopt(withFile, world);
    expect(code).toBe(0);
    expect(steps).toEqual(["host: look", "ask Continue it?", ...forward]);
    const [note = ""] = inputs.filter((input) => input.startsWith('{"version":1'));
    expect(JSON.parse(note).settings).toEqual([
      ...["sinks", "metricsPassword", "logsPassword", "githubToken", "networks", "limits"],
    ]);
    expect(out).toContain("An adoption of this host was interrupted.");
  });

  test("--roll-back takes all of it back", async () => {
    const world = { found, settings: completed("svlnas") };
    const { code, steps, err } = await adopt(["--stack", "svlnas", "--roll-back", "--yes"], world);
    expect({ code, steps }).toEqual({ code: 0, steps: ["host: look", ...back] });
    expect(err).toMatch(/The old service is back as it was\.\n$/);
  });

  test("--roll-back leaves the lock of another update, and all that it may work on, alone", async () => {
    const stderr =
      "error: the stack is currently locked by 1 lock(s).\n  file:///1.json: created by someone@elsewhere (pid 7) at 2026";
    const { code, steps, err } = await adopt(["--stack", "svlnas", "--roll-back", "--yes"], {
      found,
      settings: completed("svlnas"),
      fails: (call) => call.startsWith("pulumi destroy") && new PulumiFailure("failed", stderr),
    });
    expect({ code, steps }).toEqual({ code: 1, steps: ["host: look", back[0]] });
    expect(err).toContain(
      "adopt: stack svlnas is locked by someone@elsewhere (pid 7), so nothing more",
    );
  });

  test("of another stack it is not touched", async () => {
    const world = { found: oldHost({ record: { ...record, stack: "nas" } }) };
    const { code, err } = await adopt(withFile, world);
    expect(code).toBe(1);
    expect(err).toContain(
      "  /mnt/vm-pool/apps/services/alloy/adopt.json: is of an adoption by the stack nas\n    npm run adopt -- --stack nas",
    );
  });
});

describe("after an adoption that is done", () => {
  const settings = completed("svlnas");
  const world = { found: oldHost({ record: { ...record, phase: "adopted" } }), settings };

  test("adopt does nothing again", async () => {
    const { code, steps, out } = await adopt(["--stack", "svlnas"], world);
    expect({ code, steps }).toEqual({ code: 0, steps: ["host: look"] });
    expect(out).toContain("--roll-back   puts them back\n");
  });

  test("--clean-up removes the old containers and the note", async () => {
    const { code, steps, out } = await adopt(["--stack", "svlnas", "--clean-up"], world);
    expect(code).toBe(0);
    expect(steps).toEqual([
      ...["host: look", "ask Remove the old containers for good?"],
      ...["host: remove old", "host: forget"],
    ]);
    expect(out).toBe("Removed alloy-init, alloy, alloy-docker-proxy of compose.\n");
  });
});

const settings = completed("svlnas");

test.each([
  ["--roll-back", oldHost(), "the host of svlnas has no adopt.json: there is nothing to put back"],
  [
    "--clean-up",
    oldHost({ record }),
    "no adoption of svlnas is done: there is nothing to clean up. To continue one that was interrupted: npm run adopt -- --stack svlnas",
  ],
])("%s is refused where there is nothing to do", async (mode, found, reason) => {
  const { code, steps, err } = await adopt(["--stack", "svlnas", mode], { found, settings });
  expect({ code, steps }).toEqual({ code: 1, steps: ["host: look"] });
  expect(err).toBe(`adopt: ${reason}\n`);
});
