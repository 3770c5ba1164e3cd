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

/** What `npm run drift -- --stack NAME --json` tells. */
export async function driftOf(stack: Stack): Promise<Drift> {
  const out: string[] = [];
  const said: string[] = [];
  const code = await command(["--stack", stack.name, "--json"], {
    declared: async (name) =>
      declaredOf(
        name,
        await cliOf(stack).run(["stack", "export", "--show-secrets", "--stack", name]),
      ),
    run: scriptOutput,
    out: (text) => void out.push(text),
    say: (line) => void said.push(line),
    terminal: { width: 120, colour: false },
  });
  if (out.length === 0) throw new Error(said.join("\n"));
  const rows: Row[] = JSON.parse(out.join(""));
  const found = rows.filter(({ state }) => state === "drifted");
  return {
    code,
    drifted: found.map(({ what, aspect, drift }) => `${what}, ${aspect}: ${drift.join("; ")}`),
    replace: found.flatMap(({ repair }) =>
      [...(repair ?? "").matchAll(/--replace '(.+?)'/g)].map(([, urn = ""]) => urn),
    ),
  };
}

/** Whether `pulumi refresh`, as drift.yml runs it, finds everything as deployed. */
export async function refreshSeesNothing(stack: Stack): Promise<void> {
  const prunable = ["alloy-init-container", "alloy-image-init"];
  const flags = [
    ...["--preview-only", "--expect-no-changes", "--non-interactive"],
    ...prunable.flatMap((name) => ["--exclude", `**::${name}`]),
  ];
  await cliOf(stack).run(["refresh", "--stack", stack.name, ...flags]);
}
