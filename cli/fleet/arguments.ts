import { commandLine, jsonOption, WrongUsage } from "../shared/command-line.ts";

/** What a fleet can be asked to do. */
const fleetCommands = ["preview", "up", "verify", "doctor"] as const;

export type FleetCommand = (typeof fleetCommands)[number];

/** Hosts worked on at a time unless told: docs/scale.md has the measurement. */
const PARALLEL = 4;

export const usage = `usage: npm run fleet -- preview|up|verify|doctor [options]

  --stacks A,B      these stacks; unless told all whose Pulumi.<stack>.yaml has a host
                    that is not reached through a socket of this machine
  --parallel N      hosts worked on at a time; unless told ${PARALLEL}
  --canary STACK    with up: deploys and verifies this one first; when that fails no other is started
  --resume          only what has not succeeded in the last run of the same command
  --json            results as JSON on standard output

A host that fails stops no other. Ctrl-C starts no new host and cancels what runs in an orderly way.
Logs and the record of the last run are under .fleet/.

Ends with 0 when all succeeded, 1 when one failed or was not started, 2 for wrong usage.`;

export interface Arguments {
  command: FleetCommand;
  /** Left out: all. */
  stacks?: string[];
  parallel: number;
  canary?: string;
  resume: boolean;
  json: boolean;
}

export const line = commandLine({
  name: "fleet",
  usage,
  options: {
    ...jsonOption,
    stacks: { type: "string" },
    parallel: { type: "string", default: `${PARALLEL}` },
    canary: { type: "string" },
    resume: { type: "boolean", default: false },
  },
  positionals: true,
  read({ stacks, parallel, canary, resume, json }, positionals): Arguments {
    const command = fleetCommands.find((known) => known === positionals[0]);
    if (!command || positionals.length > 1) {
      throw new WrongUsage(
        `one of ${fleetCommands.join(", ")} is wanted, not ${said(positionals)}`,
      );
    }
    if (!/^[1-9]\d{0,2}$/.test(parallel)) {
      throw new WrongUsage(
        `--parallel must be a whole number from 1 to 999, not ${JSON.stringify(parallel)}`,
      );
    }
    if (canary !== undefined && command !== "up") {
      throw new WrongUsage(`--canary deploys a host first: it goes with up, not with ${command}`);
    }
    if (resume && stacks !== undefined) {
      throw new WrongUsage("--resume takes the stacks of the last run: leave --stacks out");
    }
    return {
      command,
      parallel: Number(parallel),
      resume,
      json,
      ...(stacks !== undefined && { stacks: namedStacks(stacks) }),
      ...(canary !== undefined && { canary }),
    };
  },
});

function namedStacks(stacks: string): string[] {
  const names = stacks
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  if (names.length === 0) throw new WrongUsage("--stacks names no stack");
  return [...new Set(names)];
}

function said(positionals: string[]): string {
  return positionals.length === 0 ? "nothing" : JSON.stringify(positionals.join(" "));
}
