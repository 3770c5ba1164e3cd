import type { Fault } from "../../config/faults.ts";

/** One thing that a host, or who deploys to it, must have. */
export interface Check {
  /** What is checked, in a word or three. */
  check: string;
  /** What was found. */
  found: string;
  /** What is wrong and what fixes it; left out when all is well. */
  fault?: Fault;
  /** What is wrong stops no update. */
  minor?: true;
  /** Can't be told before another fault is fixed. */
  open?: true;
}

/** A check that is well, or one with a fault. */
export function checked(check: string, found: string, fault?: Fault | false): Check {
  return { check, found, ...(fault && { fault }) };
}

/** A check that another fault stands before. */
export function leftOpen(check: string, found: string): Check {
  return { check, found, open: true };
}

/** A check that is well, or one with something to look at that stops no update. */
export function noticed(check: string, found: string, fault: Fault | false): Check {
  return { ...checked(check, found, fault), ...(fault && { minor: true }) };
}

export function stateOf({ fault, minor, open }: Check): "ok" | "fault" | "warning" | "open" {
  if (fault) return minor ? "warning" : "fault";
  return open ? "open" : "ok";
}

/** What stops an update. */
export function faultsOf(checks: readonly Check[]): Fault[] {
  return checks.flatMap(({ fault, minor }) => (fault && !minor ? [fault] : []));
}

/** Command that sets a setting to a value. */
export function setTo(stack: string, path: string, value: string): string {
  const word = /^[\w./:@-]+$/.test(value) ? value : `'${value}'`;
  return `pulumi config set --stack ${stack} --path 'grafana-alloy:${path}' ${word}`;
}

/** All faults of a host as the one message that the operator reads. */
export function hostFaultsMessage(host: string, faults: readonly Fault[]): string {
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  const lines = faults.map(({ path, reason, fix }) => `  ${path}: ${reason}\n    ${fix}`);
  return `Host ${host}: ${count}, nothing was changed.\n${lines.join("\n")}`;
}
