import { readFile } from "node:fs/promises";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { command } from "../../../cli/drift/command.ts";
import { declaredOf } from "../../../cli/drift/declared.ts";
import type { Row } from "../../../cli/drift/row.ts";
import { scriptOutput } from "../../../host-shell/run.ts";
import { cliOf } from "./pulumi-cli.ts";

export interface Drift {
  code: number;
  /** What drifted, each as `what, aspect: phrases`. */
  drifted: string[];
  /** URNs that the repairs name. */
  replace: string[];
}

/** What `npm run drift -- --stack NAME` prints with these options, and how it ends. */
export async function driftPrints(stack: Stack, ...options: string[]) {
  const out: string[] = [];
  const said: string[] = [];
  const code = await command(["--stack", stack.name, ...options], {
    declared: async (name) =>
      declaredOf(
        name,
        await cliOf(stack).run(["stack", "export", "--show-secrets", "--stack", name]),
      ),
    read: (path) => readFile(path, "utf8"),
    run: scriptOutput,
    out: (text) => void out.push(text),
    say: (line) => void said.push(line),
    terminal: { width: 120, colour: false },
  });
  if (out.length === 0) throw new Error(said.join("\n"));
  return { code, out: out.join("") };
}

/** What it tells with `--json`. */
export async function driftOf(stack: Stack): Promise<Drift> {
  const { code, out } = await driftPrints(stack, "--json");
  const rows: Row[] = JSON.parse(out);
  const found = rows.filter(({ state }) => state === "drifted");
  return {
    code,
    drifted: found.map(({ what, aspect, drift }) => `${what}, ${aspect}: ${drift.join("; ")}`),
    replace: found.flatMap(({ repair }) =>
      [...(repair ?? "").matchAll(/--replace '(.+?)'/g)].map(([, urn = ""]) => urn),
    ),
  };
}

/** Whether `pulumi refresh` finds everything as deployed, but for what `docker system prune` takes. */
export async function refreshSeesNothing(stack: Stack): Promise<void> {
  const prunable = ["alloy-init-container", "alloy-image-init"];
  const flags = [
    ...["--preview-only", "--expect-no-changes", "--non-interactive"],
    ...prunable.flatMap((name) => ["--exclude", `**::${name}`]),
  ];
  await cliOf(stack).run(["refresh", "--stack", stack.name, ...flags]);
}
