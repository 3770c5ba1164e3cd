import { test } from "vitest";

/**
 * What a host or plugin as harsh as the real one shows to be wrong in the program today: the test's name, and
 * the entry of the findings that tells of it. Each is a test that says what is right and is expected to fail;
 * mended, it fails as "expected to fail", and its line here and its `knownFailure` go.
 */
export const KNOWN_FAILURES: Readonly<Record<string, string>> = {
  "a server with an ECDSA key is taken with its Ed25519 key": "code-review B3, real-plugins 8",
  "a server without an ECDSA key is taken with its Ed25519 key": "code-review B3",
  "an RSA host key is refused, and the Ed25519 key is shown": "code-review B3, real-plugins 8",
  "a wrong Ed25519 key is told with the right one, not with the RSA key": "code-review B3",
  "what a cloud image answers to root's log-in is quoted": "service-comparison D9",
};

/** A test of `KNOWN_FAILURES`: passes as long as what it says does not hold. */
export function knownFailure(name: string, work: () => Promise<void>): void {
  const finding = KNOWN_FAILURES[name];
  if (!finding) throw new Error(`"${name}" is not in KNOWN_FAILURES: add it with its finding.`);
  test.fails(`known failure (${finding}): ${name}`, work);
}
