import type { CallContext } from "../../lab/doubles/engine/provider.ts";

/** What a call of a double knows, for a client; no engine listens. */
export function contextOf<Client>(
  client: Client,
  more: Partial<CallContext<Client>> = {},
): CallContext<Client> {
  const { signal } = new AbortController();
  return { client, urn: "urn:pulumi:s::p::t::name", signal, log: () => undefined, ...more };
}
