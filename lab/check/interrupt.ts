const controller = new AbortController();

/** Aborted when the test run is interrupted: everything that it started has to end. */
export const interrupted = controller.signal;

/**
 * From now on such a signal lets this process clean up before it ends. Only the first: a second one ends it at
 * once. For a lab's process the end of its parent is such a signal, too.
 */
export function heedInterrupts(): void {
  const abort = () => controller.abort(new Error("interrupted"));
  for (const event of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) process.once(event, abort);
}
