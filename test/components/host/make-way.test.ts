import { describe, expect, test } from "vitest";
import { wayForContainer, wayForNetwork } from "../../../components/host/make-way.ts";
import { dockerHost, inspected } from "./support/docker-host.ts";

const at = { name: "svlnas", stack: "svlnas" };
const again = "then again: pulumi up --stack svlnas";
const project = { "com.docker.compose.project": "alloy" };
const own = { "grafana-alloy.stack": "svlnas" };
const refused =
  "The host svlnas has a container alloy that this program did not create. " +
  "To take over one of Docker Compose: npm run adopt -- --stack svlnas. " +
  `To remove any other, on the host: docker rm -f alloy; ${again}`;

describe("a container's name", () => {
  test("is free", async () => {
    const { route, changes } = dockerHost({});
    await wayForContainer(route, "alloy", at);
    expect(changes()).toEqual([]);
  });

  test.each([
    ["this version", own],
    ["an earlier version", project],
  ])("is a killed update's of %s: its container ends in order and goes", async (_which, labels) => {
    const { route, changes } = dockerHost({ container: { id: "4711", labels } });
    await wayForContainer(route, "alloy", at);
    expect(changes()).toEqual(["stop --time 30 4711", "rm --force 4711"]);
  });

  test("is another stack's, and stays so", async () => {
    const labels = { "grafana-alloy.stack": "attic" };
    const { route, changes } = dockerHost({ container: { id: "4711", labels } });
    await expect(wayForContainer(route, "alloy", at)).rejects.toThrow(
      "The container alloy on svlnas belongs to the stack attic. A host has one agent: " +
        `pulumi destroy --stack attic, ${again}`,
    );
    expect(changes()).toEqual([]);
  });

  test.each([
    ["compose's", { ...project, "com.docker.compose.config-hash": "0a1b" }],
    ["another's", {}],
  ])("is %s, and stays so", async (_whose, labels) => {
    const { route, changes } = dockerHost({ container: { id: "4711", labels } });
    await expect(wayForContainer(route, "alloy", at)).rejects.toThrow(refused);
    expect(changes()).toEqual([]);
  });
});

describe("a network's name", () => {
  const frontend = "alloy-frontend";
  const compose = { "com.docker.compose.network": "frontend" };

  test("is a killed update's, with nobody in it", async () => {
    const { route, changes } = dockerHost({ networks: [inspected(frontend)] });
    await wayForNetwork(route, frontend, at);
    expect(changes()).toEqual(["network rm id-of-alloy-frontend"]);
  });

  test.each([
    [
      inspected(frontend, ["traefik", "alloy"]),
      "The network alloy-frontend on svlnas does not match the settings and is in use by alloy, traefik. " +
        "On the host: docker network disconnect alloy-frontend alloy && " +
        `docker network disconnect alloy-frontend traefik; ${again}`,
    ],
    [
      inspected(frontend, [], compose),
      "The network alloy-frontend on svlnas was created by Docker Compose. To join it as it is: " +
        "pulumi config set --stack svlnas --path 'grafana-alloy:networks.existing' true; " +
        again,
    ],
  ])("is in the way %#", async (network, sentence) => {
    const { route, changes } = dockerHost({ networks: [network] });
    await expect(wayForNetwork(route, frontend, at)).rejects.toThrow(sentence);
    expect(changes()).toEqual([]);
  });
});

test("a host that does not answer is left to the provider to tell", async () => {
  const route = { host: "ssh://nobody@127.0.0.1:1", sshOptions: ["-o", "BatchMode=yes"] };
  expect(await wayForContainer(route, "alloy", at)).toBeUndefined();
  expect(await wayForNetwork(route, "alloy-frontend", at)).toBeUndefined();
});
