import { expect, test } from "vitest";
import { commandOf } from "../support/commands.ts";
import { mockProgram, type ProgramRun } from "../support/mock-program.ts";
import { programFailure } from "../support/program-failure.ts";
import { completed } from "../support/stack-files.ts";
import { stackRun } from "../support/stack-runs.ts";

test("alloy-init that fails ends the update, with what happened and the command that continues", async () => {
  const names: string[] = [];
  const outputs = ({ name }: { name: string }) => {
    names.push(name);
    if (name !== "alloy-init-container") return undefined;
    return { exitCode: 1, containerLogs: "chown: /data: Read-only file system\n" };
  };
  const { message, errors } = await programFailure(() =>
    mockProgram("svlnas", completed("svlnas"), { outputs }),
  );
  expect(message).toBe(
    "alloy-init could not give the state directory to Alloy's user (exit code 1): " +
      "chown: /data: Read-only file system. Fix that on the host, then: " +
      "pulumi up --stack svlnas --replace 'urn:pulumi:svlnas::grafana-alloy::" +
      "grafana-alloy:components:AlloyInit$docker:index/container:Container::alloy-init-container'",
  );
  expect(errors).toHaveLength(1);
  // The agent stays as it is.
  const agent = ["alloy-init-container", "alloy-container", "alloy-pid-limit", "alloy-loaded"];
  expect(names.filter((name) => agent.includes(name))).toEqual(["alloy-init-container"]);
});

test.each([
  [false, ["owners and modes", "keep running"]],
  [true, []],
])("with preview %j the host is asked %j", async (preview, names) => {
  const asked: string[] = [];
  const host = ({ name }: { name: string }) => {
    asked.push(name);
    return {};
  };
  await mockProgram("svlnas", completed("svlnas"), { preview, host });
  expect(asked).toEqual(names);
});

test("what does not start ends the update, with its last lines", async () => {
  const failure =
    "level=error\nalloy was found exited and does not start, see its last lines above.";
  const host = ({ name }: { name: string }) =>
    name === "keep running" ? { exitCode: 1, stderr: failure } : {};
  const { message } = await programFailure(() =>
    mockProgram("svlnas", completed("svlnas"), { host }),
  );
  expect(message).toBe(`keep running on svlnas: ${failure}`);
});

const byName = ({ resources }: ProgramRun) =>
  [...resources].sort((a, b) => (a.name < b.name ? -1 : 1));

test("a preview plans everything though nothing of the host is known", async () => {
  const real = await stackRun("svlnas");
  const preview = await mockProgram("svlnas", completed("svlnas"), { preview: true });
  const names = (run: ProgramRun) => byName(run).map(({ name }) => name);
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
  const outputs = (hostName: string, ui: string) => ({
    hostName,
    ui,
    configVersion: expect.stringMatching(/^[0-9a-f]{12}$/),
    verify: { secret: expect.anything() },
  });
  expect(first.outputs).toEqual(outputs("svlnas", "https://alloy.example.org"));
  expect(second.outputs).toEqual(outputs("svlazext", "https://alloy-ext.example.org"));
  expect(second.outputs.configVersion).not.toBe(first.outputs.configVersion);
  expect(third.outputs).toEqual(first.outputs);
  expect(byName(third)).toEqual(byName(first));
  expect(JSON.stringify(second.resources)).not.toContain("svlnas");
});

test("commands name images by reference, for one that was pruned can't be pulled by its id", async () => {
  const { resources } = await stackRun("svlnas");
  const scripts = resources
    .filter(({ name, type }) => type.startsWith("command:remote:") && name.startsWith("alloy-"))
    .map((resource) => commandOf(resource).script);
  expect(scripts.join()).toContain(" docker.io/library/busybox:1.37.0@sha256:");
  expect(scripts.join()).not.toContain("id-of-docker.io");
});

test("what the stack returns names the configuration that is installed and waited for", async () => {
  const { named, outputs } = await stackRun("svlazext");
  const { script } = commandOf(named("alloy-files-config"));
  expect(script).toContain(`versions/${outputs.configVersion}`);
  expect(commandOf(named("alloy-loaded")).script).toContain("# container id-of-alloy-container");
});
