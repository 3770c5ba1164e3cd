import { expect, test } from "vitest";
import { removeOwn } from "../../../components/host-removal/remove-own.ts";
import { dockerHost, inspected } from "./support/docker-host.ts";

const asked = {
  stack: "svlnas",
  host: {
    name: "svlnas",
    connection: { type: "local", dockerSocket: "/var/run/docker.sock" },
  },
} as const;

test("networks with nobody in them go, and compose's stay", async () => {
  const compose = { "com.docker.compose.network": "frontend" };
  const { changes } = dockerHost({
    networks: [inspected("alloy-frontend", ["traefik"], compose), inspected("alloy-backend")],
  });
  await removeOwn(asked);
  expect(changes()).toEqual(["network rm id-of-alloy-backend"]);
});

test("who is in a network is named with the command; what a killed update left there is removed by it", async () => {
  const { changes } = dockerHost({
    networks: [inspected("alloy-frontend", ["traefik", "alloy"]), inspected("alloy-backend")],
  });
  await expect(removeOwn(asked)).rejects.toThrow(
    "Everything else of the stack is gone from svlnas, but its network is in use: alloy, traefik in alloy-frontend. " +
      "On the host: docker rm --force alloy && docker network disconnect alloy-frontend traefik; " +
      "then again: pulumi destroy --stack svlnas",
  );
  expect(changes()).toEqual(["network rm id-of-alloy-backend"]);
});
