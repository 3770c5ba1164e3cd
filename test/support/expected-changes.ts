/**
 * Resources that the program at hand changes in an existing stack on purpose, by name, and why. Everything else
 * stays as it is: test/engine/existing-stack.test.ts. What the last release has changed goes from here.
 */
export const EXPECTED_CHANGES: Readonly<Record<string, string>> = {};
