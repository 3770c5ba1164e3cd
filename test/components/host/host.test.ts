import { describe, expect, test } from "vitest";
import { dockerConfig } from "../../../checks/host/script.ts";
import { preparationScript } from "../../../components/host/host-preparation.ts";
import { scriptInput } from "../../../host-shell/shell.ts";
import { plain, runsOnHost } from "../../support/commands.ts";
import { mockProgram, type ProgramRun } from "../../support/mock-program.ts";
import { completed, hostKey } from "../../support/stack-files.ts";
import { stackRun } from "../../support/stack-runs.ts";

const prepare = {
  type: "truenas",
  dataset: "vm-pool/apps/services/alloy",
  account: "svc-app-alloy",
} as const;
const serviceAccount = { uid: 3125, gid: 3125 };
const directory = "/mnt/vm-pool/apps/services/alloy";

/** What the checks of a run ask. */
const requestOf = (run: ProgramRun) =>
  JSON.parse(run.named("host-checks").inputs.stdin.secret).request;

describe("the checks of a host", () => {
  test("run beside the program, from its directory by a path that is the same everywhere", async () => {
    const run = await stackRun("svlnas");
    const { type, inputs } = run.named("host-checks");
    const { stdin: _, ...others } = inputs;
    expect(type).toBe("command:local:Command");
    expect(others).toEqual({
      create: `cd "\${GRAFANA_ALLOY_PROJECT:-.}" && exec node components/host-checks/main.ts`,
      delete: `cd "\${GRAFANA_ALLOY_PROJECT:-.}" && exec node components/host-removal/main.ts`,
      addPreviousOutputInEnv: true,
      logging: "none",
    });
    expect(requestOf(run)).toEqual({
      stack: "svlnas",
      host: {
        name: "svlnas",
        connection: { type: "ssh", address: "svlnas", user: "root", port: 22, hostKey },
        directory,
        dockerSocket: "/var/run/docker.sock",
        serviceAccount,
        prepare,
        journal: { gid: 102, path: "/var/log/journal" },
      },
      frontendSubnet: "172.30.100.8/29",
      externalNetworks: [
        { path: "postgres[0].network", network: "immich-backend" },
        { path: "postgres[1].network", network: "outline-backend" },
      ],
      images: {
        alloy: expect.stringContaining("dhi.io/alloy:"),
        init: expect.stringContaining("docker.io/library/busybox:"),
        socketProxy: expect.stringContaining("lscr.io/linuxserver/socket-proxy:"),
      },
      registry: { address: "dhi.io", username: "myaccount" },
    });
  });

  test("ask for compose's networks where these are joined", async () => {
    const settings = { ...completed("svlazext"), networks: { existing: true } };
    expect(requestOf(await mockProgram("svlazext", settings)).externalNetworks).toEqual([
      { path: "networks.existing", network: "alloy-frontend" },
      { path: "networks.existing", network: "alloy-backend" },
    ]);
  });

  test("do not ask for a journal that is not collected", async () => {
    const settings = { ...completed("svlazext"), pipelines: ["host", "containers", "self"] };
    expect(requestOf(await mockProgram("svlazext", settings)).host.journal).toBeUndefined();
  });
});

test("a host is prepared by one script, and nothing of that goes with the stack", async () => {
  const { inputs } = (await stackRun("svlnas")).named("host-preparation");
  const script = preparationScript({ directory, serviceAccount, prepare });
  expect(inputs.stdin).toBe(scriptInput(script));
  expect(inputs.delete).toBeUndefined();
});

describe("a registry with a login", () => {
  const registry = { address: "dhi.io", username: "myaccount" };

  test("reaches the Docker provider and the checks, its password as a secret alone", async () => {
    const password = "dckr_pat_secret";
    const run = await stackRun("svlnas");
    const { registryAuth } = run.named("host-docker").inputs;
    expect(JSON.parse(registryAuth.secret)).toEqual([{ ...registry, password }]);
    const { stdin } = run.named("host-checks").inputs;
    expect(JSON.parse(stdin.secret)).toMatchObject({
      request: { registry },
      registryPassword: password,
    });
    for (const { name, inputs } of run.resources) {
      expect(JSON.stringify(plain(inputs)), name).not.toContain(password);
    }
  });

  test.each([
    ["dhi.io", "dhi.io"],
    ["docker.io", "https://index.docker.io/v1/"],
  ])("is how the CLI on the host asks for images: %s", (address, server) => {
    const auth = Buffer.from("myaccount:pass").toString("base64");
    const config = JSON.parse(dockerConfig({ ...registry, address }, "pass"));
    expect(config).toEqual({ auths: { [server]: { auth } } });
  });

  test("is none without a password", () => {
    expect(dockerConfig(undefined, undefined)).toBe("{}\n");
  });
});

describe("the way to a host", () => {
  const ofConnection = ({ type, inputs }: ProgramRun["resources"][number]) => [
    type,
    inputs.connection ?? inputs.environment,
  ];
  const waysOf = (run: ProgramRun) => run.resources.filter(runsOnHost).map(ofConnection);

  test("over SSH is asked nothing until something changes, and knows one host key", async () => {
    const run = await stackRun("svlnas");
    const { sshOpts, registryAuth: _, ...provider } = run.named("host-docker").inputs;
    expect(provider).toEqual({ host: "ssh://root@svlnas:22", disableDockerDaemonCheck: "true" });
    expect(JSON.parse(sshOpts)).toContain(`KnownHostsCommand=/bin/echo %H ${hostKey}`);
    // The last two are defaults of the provider's own.
    const defaults = { dialErrorLimit: 10, perDialTimeout: 15 };
    const secret = { host: "svlnas", port: 22, user: "root", hostKey, ...defaults };
    const [first, ...others] = waysOf(run);
    expect(first).toEqual(["command:remote:Command", { secret }]);
    expect(others).toEqual(others.map(() => first));
  });

  test("of this machine is the stack's Docker socket", async () => {
    const run = await stackRun("local");
    const host = "unix:///var/run/docker.sock";
    expect(run.named("host-docker").inputs).toEqual({ host });
    const [first, ...others] = waysOf(run);
    expect(first).toEqual(["command:local:Command", { DOCKER_HOST: host }]);
    expect(others).toEqual(others.map(() => first));
  });
});
