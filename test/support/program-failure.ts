import { setTimeout as sleep } from "node:timers/promises";

/** How a program failed. */
export interface ProgramFailure {
  /** What its author wrote: the SDK puts "error serializing property …" before it, once for each resource. */
  message: string;
  /** Every error that some promise was rejected with: the same one wherever nothing else is wrong. */
  errors: unknown[];
}

/**
 * Runs a program that must fail. Besides the promise that is awaited here each resource that would have
 * come after rejects one of its own; in production the SDK's handler takes those, here this one does.
 */
export async function programFailure(run: () => Promise<unknown>): Promise<ProgramFailure> {
  const others = process.listeners("unhandledRejection");
  const errors = new Set<unknown>();
  let rejected = 0;
  const collect = (error: unknown) => {
    errors.add(error);
    rejected += 1;
  };
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", collect);
  try {
    errors.add(
      await run().then(
        () => new Error("the program did not fail"),
        (error) => error,
      ),
    );
    // The last of the promises are rejected a little later.
    for (let before = -1; before !== rejected; ) {
      before = rejected;
      await sleep(30);
    }
  } finally {
    process.removeListener("unhandledRejection", collect);
    for (const listener of others) process.on("unhandledRejection", listener);
  }
  const [error] = errors as Set<Error>;
  const message = error?.message.replace(/^(error serializing property "\w+": )+/, "") ?? "";
  return { message, errors: [...errors] };
}
