import { expect, test } from "vitest";
import { externalNetworks } from "../../../components/agent/external-networks.ts";

test("external networks are those of the databases, each once, in order of names", () => {
  const postgres = ["z-backend", "a-backend", "z-backend"].map((network, index) => ({
    name: `${index}`,
    exporter: "db:9187",
    network,
  }));
  expect(externalNetworks({ postgres })).toEqual(["a-backend", "z-backend"]);
  expect(externalNetworks({ postgres: [] })).toEqual([]);
});
