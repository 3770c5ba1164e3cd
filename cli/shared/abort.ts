import { once } from "node:events";

/** Rejects with the signal's reason when it is given. */
export async function rejectedBy(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, "abort");
  throw signal.reason;
}
