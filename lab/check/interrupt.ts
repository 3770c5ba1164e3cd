const controller = new AbortController();

/** Aborted when who started the tests ends them; what was started then has to end, too. */
export const interrupted = controller.signal;

/**
 * From now on such a signal does not end this process, which cleans up first. Once: who asks a second time
 * wants no more of that. A lab's process is told by the end of its parent, too.
 */
export function heedInterrupts(): void {
  const abort = () => controller.abort(new Error("interrupted"));
  for (const event of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) process.once(event, abort);
}
