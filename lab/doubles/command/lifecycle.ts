import { randomBytes } from "node:crypto";
import { type Diff, diffInputs } from "../engine/diff.ts";
import type { CallContext, CheckFailure, ResourceDouble } from "../engine/provider.ts";
import type { Bag } from "../engine/values.ts";
import { LOGGING } from "./output.ts";

/** A command provider has no configuration. */
export type CommandClient = Record<never, never>;

/** Runs one command with a resource's inputs; answers its outputs. */
export type Runner = (
  command: string,
  inputs: Bag,
  context: CallContext<CommandClient>,
) => Promise<Bag>;

/** The inputs of both kinds of commands that are done. */
const INPUTS = ["addPreviousOutputInEnv", "create", "delete", "logging", "stdin", "triggers"];

/** Every change is an update, but a changed trigger makes a new one (before the old one is deleted). */
export function diffCommand(olds: Bag, news: Bag): Diff {
  return diffInputs(olds, news, {
    replaces: (key) => key === "triggers",
    deleteBeforeReplace: false,
  });
}

function checkCommand({ logging }: Bag): CheckFailure[] {
  const known = logging === undefined || LOGGING.includes(String(logging));
  return known ? [] : [{ property: "logging", reason: `must be one of ${LOGGING.join(", ")}` }];
}

/** Inputs with what the command printed last in their environment, unless that is not wanted. */
function withOutput(inputs: Bag, { stdout, stderr }: Bag): Bag {
  if (inputs.addPreviousOutputInEnv === false) return inputs;
  const last = { PULUMI_COMMAND_STDOUT: stdout, PULUMI_COMMAND_STDERR: stderr };
  return { ...inputs, environment: { ...(inputs.environment as Bag | undefined), ...last } };
}

/** A name with 8 random hex digits, as the real provider makes its ids. */
function uniqueId(urn: string): string {
  return `${urn.split("::").at(-1)}${randomBytes(4).toString("hex")}`;
}

/**
 * The life of a command, local or remote (`commandController.go` of pulumi-command): `create` once, and again
 * on any change of an input; `delete` at the end. `stdout` and `stderr` are not secret because an input is:
 * that takes `additionalSecretOutputs`.
 */
export function commandResource(
  inputs: readonly string[],
  run: Runner,
  check: (inputs: Bag) => CheckFailure[] = () => [],
): ResourceDouble<CommandClient> {
  const runCreate = (inputs: Bag, context: CallContext<CommandClient>) =>
    typeof inputs.create === "string" ? run(inputs.create, inputs, context) : {};
  return {
    schema: { inputs: [...INPUTS, ...inputs], computed: ["stderr", "stdout"] },
    computedOnUpdate: "unknown",
    check: (inputs) => [...checkCommand(inputs), ...check(inputs)],
    diff: diffCommand,

    async create(inputs, context) {
      const outs = await runCreate(inputs, context);
      return { id: uniqueId(context.urn), outs: { stdout: "", stderr: "", ...inputs, ...outs } };
    },

    async update(_id, { stdout, stderr }, news, context) {
      const outs = await runCreate(withOutput(news, { stdout, stderr }), context);
      return { stdout, stderr, ...news, ...outs };
    },

    async delete(_id, state, context) {
      if (typeof state.delete !== "string") return;
      await run(state.delete, withOutput(state, state), context);
    },
  };
}
