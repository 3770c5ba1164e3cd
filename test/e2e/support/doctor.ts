import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { checkHost } from "../../../checks/host/run.ts";
import { command } from "../../../cli/doctor/command.ts";
import type { PulumiCli } from "../../../cli/shared/pulumi-cli.ts";
import type { StackSettings } from "../../../lab/stack.ts";
import { printedConfig } from "../../support/printed-config.ts";
import { cliOf } from "./pulumi-cli.ts";

/** Runs the doctor for a stack of the lab, whose settings it reads from the CLI. */
export function doctorOf(stack: Stack) {
  return doctor(stack.name, cliOf(stack));
}

/** Runs the doctor for settings, which a stand-in of the CLI prints. */
export function doctorOfSettings(stack: string, settings: StackSettings) {
  const config = printedConfig(settings);
  return doctor(stack, {
    run: async ([first]) => (first === "config" ? config : "v3.259.0"),
    show: () => Promise.reject(new Error("the doctor shows nothing of the CLI")),
  });
}

/** Answers the exit code and what was printed. */
async function doctor(stack: string, pulumi: PulumiCli) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await command(["--stack", stack], {
    machine: { node: process.versions.node, pulumi, host: checkHost },
    out: (text) => void out.push(text),
    say: (line) => void err.push(`${line}\n`),
    // So wide that every sentence is one line.
    terminal: { width: 400, colour: false },
  });
  return { code, out: out.join(""), err: err.join("") };
}
