import { beforeAll, describe, expect, test } from "vitest";
import { commandOf } from "../../support/commands.ts";
import { mockProgram } from "../../support/mock-program.ts";
import { type ProgramFailure, programFailure } from "../../support/program-failure.ts";
import { completed } from "../../support/stack-files.ts";
import { stackRun } from "../../support/stack-runs.ts";

describe("alloy-init that fails", () => {
  const names: string[] = [];
  let failure: ProgramFailure;
  beforeAll(async () => {
    const outputs = ({ name }: { name: string }) => {
      names.push(name);
      if (name !== "alloy-init-container") return undefined;
      return { exitCode: 1, containerLogs: "chown: /data: Read-only file system\n" };
    };
    failure = await programFailure(() => mockProgram("svlnas", completed("svlnas"), { outputs }));
  });

  test("fails the update with what happened and the command that goes on", () => {
    expect(failure.message).toBe(
      "alloy-init could not give the state directory to Alloy's user (exit code 1): " +
        "chown: /data: Read-only file system. Mend that on the host, then: " +
        "pulumi up --stack svlnas --replace 'urn:pulumi:svlnas::grafana-alloy::" +
        "grafana-alloy:components:AlloyInit$docker:index/container:Container::alloy-init-container'",
    );
    expect(failure.errors).toHaveLength(1);
  });

  test("leaves the agent as it is: nothing of it is registered", () => {
    expect(names).toContain("alloy-init-container");
    expect(names).not.toContain("alloy-container");
    expect(names).not.toContain("alloy-pid-limit");
    expect(names).not.toContain("alloy-loaded");
  });
});

test("a preview plans everything though nothing of the host is known", async () => {
  const real = await stackRun("svlnas");
  const preview = await mockProgram("svlnas", completed("svlnas"), { preview: true });
  const names = (run: typeof real) => run.resources.map(({ name }) => name).sort();
  expect(names(preview)).toEqual(names(real));
  expect(preview.named("alloy-container").inputs).toEqual({
    ...real.named("alloy-container").inputs,
    image: expect.objectContaining({ __pulumiUnknown: true }),
  });
  expect({ ...preview.outputs, verify: undefined }).toEqual({ ...real.outputs, verify: undefined });
});

test("several runs in one process each give their own stack's result, the first one again too", async () => {
  const first = await stackRun("svlnas");
  const second = await stackRun("svlazext");
  const third = await mockProgram("svlnas", completed("svlnas"));
  const version = expect.stringMatching(/^[0-9a-f]{12}$/);
  expect(first.outputs).toEqual({
    hostName: "svlnas",
    ui: "https://alloy.example.org",
    configVersion: version,
    verify: { secret: expect.anything() },
  });
  expect(second.outputs).toEqual({
    hostName: "svlazext",
    ui: "https://alloy-ext.example.org",
    configVersion: version,
    verify: { secret: expect.anything() },
  });
  expect(second.outputs.configVersion).not.toBe(first.outputs.configVersion);
  expect(third.outputs).toEqual(first.outputs);
  const byName = ({ resources }: typeof first) =>
    [...resources].sort((a, b) => (a.name < b.name ? -1 : 1));
  expect(byName(third)).toEqual(byName(first));
  expect(JSON.stringify(second.resources)).not.toContain("svlnas");
});

test("what the stack returns names the configuration that is installed and waited for", async () => {
  const run = await stackRun("svlazext");
  const version = run.outputs.configVersion as string;
  expect(version).toMatch(/^[0-9a-f]{12}$/);
  expect(commandOf(run.named("alloy-files-config")).script).toContain(`versions/${version}`);
  expect(commandOf(run.named("alloy-loaded")).script).toContain(
    "# container id-of-alloy-container",
  );
});
