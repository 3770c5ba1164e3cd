import { Resolver } from "node:dns/promises";
import { expect, it } from "vitest";
import { startNameserver } from "../../../lab/check/nameserver.ts";

it("the labs' name server answers at once that there is no such name", async () => {
  const server = await startNameserver(0);
  try {
    const resolver = new Resolver({ timeout: 2000, tries: 1 });
    resolver.setServers([`127.0.0.1:${server.address().port}`]);
    await expect(resolver.resolve4("lab-postgres")).rejects.toThrow("ENOTFOUND");
    await expect(resolver.resolve6("lab-postgres.example.org")).rejects.toThrow("ENOTFOUND");
  } finally {
    server.close();
  }
});
