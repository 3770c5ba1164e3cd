import { test } from "vitest";

/**
 * What a host or plugin as harsh as the real one shows to be wrong in the program today: the test's name, and
 * the entry of the findings that tells of it. Each is a test that says what is right and is expected to fail;
 * mended, it fails as "expected to fail", and its line here and its `knownFailure` go.
 */
export const KNOWN_FAILURES: Readonly<Record<string, string>> = {
  "403, 429 and 503 of a stack's connections read as one sentence": "real-plugins 4",
  "404 of a stack's connections says what is waited for, then reads as one sentence":
    "real-plugins 7",
  "a fault of its own while policies are made reads as one sentence": "real-plugins 7",
  "what both policies lack is said once": "real-plugins 7",
  "a destroy that may not delete says which scope is missing": "real-plugins 7",
  "GitHub that never answers is done without, whatever /rate_limit does": "real-plugins 5",
  "grafana/ says why Grafana has no such data source": "real-plugins 6",
  "grafana/ says why Grafana Cloud gives no stack": "real-plugins 6",
  "repository/ asks for github:owner and github:token": "real-plugins 6",
  "a first deployment or a rotation waits for tokens that the sinks know 4 min late":
    "public-reports 10",
  "verify waits for a read token that is new": "public-reports 10",
  "a first deployment waits for tokens that the sinks know 45 s late": "public-reports 10",
  "`pulumi up` heals what a refresh without the host has dropped": "real-plugins 1",
  "`pulumi up` finishes what a killed one began": "real-plugins 2",
  "another subnet leaves the agent running while Traefik is joined":
    "real-plugins 3, code-review B5",
  "`pulumi destroy` takes what is ours and says who is in the network":
    "real-plugins 3, code-review B5",
  "a checkout around the directory stays clean, or the doctor says how": "service-comparison D2",
};

/** A test of `KNOWN_FAILURES`: passes as long as what it says does not hold. */
export function knownFailure(name: string, work: () => Promise<void>): void {
  const finding = KNOWN_FAILURES[name];
  if (!finding) throw new Error(`"${name}" is not in KNOWN_FAILURES: add it with its finding.`);
  test.fails(`known failure (${finding}): ${name}`, work);
}
