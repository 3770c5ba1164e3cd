import { describe, expect, test } from "vitest";
import { dockerConfig } from "../../../checks/host/script.ts";
import { preparationScript } from "../../../components/host/host-preparation.ts";
import { scriptInput } from "../../../host-shell/shell.ts";
import { plain } from "../../support/commands.ts";
import { mockProgram } from "../../support/mock-program.ts";
import { completed, hostKey } from "../../support/stack-files.ts";
import { stackRun } from "../../support/stack-runs.ts";

const prepare = {
  type: "truenas",
  dataset: "vm-pool/apps/services/alloy",
  account: "svc-app-alloy",
} as const;
const serviceAccount = { uid: 3125, gid: 3125 };
const directory = "/mnt/vm-pool/apps/services/alloy";

describe("the checks of a host", () => {
  test("run beside the program, from its directory by a path that is the same everywhere", async () => {
    const { type, inputs } = (await stackRun("svlnas")).named("host-checks");
    expect(type).toBe("command:local:Command");
    expect({ ...inputs, stdin: JSON.parse(inputs.stdin.secret) }).toEqual({
      create: `cd "\${GRAFANA_ALLOY_PROJECT:-.}" && exec node components/host-checks/main.ts`,
      addPreviousOutputInEnv: false,
      logging: "none",
      stdin: {
        request: {
          stack: "svlnas",
          host: {
            name: "svlnas",
            connection: { type: "ssh", address: "svlnas", user: "root", port: 22, hostKey },
            directory,
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
        },
        registryPassword: "dckr_pat_secret",
      },
    });
  });

  test("ask for compose's networks where these are joined", async () => {
    const run = await mockProgram("svlazext", {
      ...completed("svlazext"),
      networks: { existing: true },
    });
    const { request } = JSON.parse(run.named("host-checks").inputs.stdin.secret);
    expect(request.externalNetworks).toEqual([
      { path: "networks.existing", network: "alloy-frontend" },
      { path: "networks.existing", network: "alloy-backend" },
    ]);
  });

  test("do not ask for a journal that is not collected", async () => {
    const pipelines = ["host", "containers", "traefik", "postgres", "github", "self"];
    const run = await mockProgram("svlnas", { ...completed("svlnas"), pipelines });
    const { request } = JSON.parse(run.named("host-checks").inputs.stdin.secret);
    expect(request.host.journal).toBeUndefined();
  });
});

test("a host is prepared by one script, and nothing of that goes with the stack", async () => {
  const { inputs } = (await stackRun("svlnas")).named("host-preparation");
  const script = preparationScript({ directory, serviceAccount, prepare });
  expect(inputs.stdin).toBe(scriptInput(script));
  expect(inputs.delete).toBeUndefined();
});

describe("a registry with a log-in", () => {
  const registry = { address: "dhi.io", username: "myaccount" };

  test("reaches the Docker provider and the checks, its password as a secret alone", async () => {
    const run = await stackRun("svlnas");
    const { registryAuth } = run.named("host-docker").inputs;
    expect(JSON.parse(registryAuth.secret)).toEqual([{ ...registry, password: "dckr_pat_secret" }]);
    const { stdin } = run.named("host-checks").inputs;
    expect(JSON.parse(stdin.secret)).toMatchObject({
      request: { registry },
      registryPassword: "dckr_pat_secret",
    });
    for (const { name, inputs } of run.resources) {
      expect(JSON.stringify(plain(inputs)), name).not.toContain("dckr_pat_secret");
    }
  });

  test("is how the CLI on the host asks for images", () => {
    const auth = Buffer.from("myaccount:pass").toString("base64");
    expect(JSON.parse(dockerConfig(registry, "pass"))).toEqual({ auths: { "dhi.io": { auth } } });
    expect(JSON.parse(dockerConfig({ ...registry, address: "docker.io" }, "pass"))).toEqual({
      auths: { "https://index.docker.io/v1/": { auth } },
    });
    expect(dockerConfig(undefined, undefined)).toBe("{}\n");
  });
});
