import { parseArgs } from "node:util";

/** What a fleet can be asked to do. */
export const fleetCommands = ["preview", "up", "verify", "doctor"] as const;

export type FleetCommand = (typeof fleetCommands)[number];

/** Hosts worked on at a time unless told: docs/scale.md has the measurement. */
export const PARALLEL = 4;

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

/** The arguments, or what to print instead. */
export function understand(args: string[]): Arguments | string {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        stacks: { type: "string" },
        parallel: { type: "string", default: `${PARALLEL}` },
        canary: { type: "string" },
        resume: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return usage;
    const command = fleetCommands.find((known) => known === positionals[0]);
    if (!command || positionals.length > 1) {
      return wrong(`one of ${fleetCommands.join(", ")} is wanted, not ${said(positionals)}`);
    }
    return checked(command, values);
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

interface Values {
  stacks?: string;
  parallel: string;
  canary?: string;
  resume: boolean;
  json: boolean;
}

function checked(command: FleetCommand, values: Values): Arguments | string {
  const { stacks, parallel, canary, resume, json } = values;
  if (!/^[1-9]\d{0,2}$/.test(parallel)) {
    return wrong(
      `--parallel must be a whole number from 1 to 999, not ${JSON.stringify(parallel)}`,
    );
  }
  if (canary !== undefined && command !== "up") {
    return wrong(`--canary deploys a host first: it goes with up, not with ${command}`);
  }
  if (resume && stacks !== undefined) {
    return wrong("--resume takes the stacks of the last run: leave --stacks out");
  }
  const named = stacks
    ?.split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  if (named?.length === 0) return wrong("--stacks names no stack");
  return {
    command,
    parallel: Number(parallel),
    resume,
    json,
    ...(named && { stacks: [...new Set(named)] }),
    ...(canary !== undefined && { canary }),
  };
}

function said(positionals: string[]): string {
  return positionals.length === 0 ? "nothing" : JSON.stringify(positionals.join(" "));
}

function wrong(reason: string): string {
  return `fleet: ${reason}\n\n${usage}`;
}
