import type { Connection } from "../../config/schema.ts";

/**
 * Address at which the stack was deployed, if it is another than the connection's. The checks print theirs, and
 * Pulumi hands it to them the next time: an update that failed on the way to a host leaves nothing to remember.
 */
export function movedFrom(connection: Connection, lastOutput = ""): string | undefined {
  const address = addressOf(connection);
  if (address === "" || lastOutput === "" || lastOutput === address) return undefined;
  return lastOutput;
}

/** Whether nothing of the stack was deployed before, as far as is remembered: of this machine nothing is. */
export function isFirst(connection: Connection, lastOutput = ""): boolean {
  return addressOf(connection) !== "" && lastOutput === "";
}

/** What the checks print for the next time; nothing for this machine. */
export function addressOf(connection: Connection): string {
  return connection.type === "ssh" ? connection.address : "";
}
