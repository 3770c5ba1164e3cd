import { randomBytes } from "node:crypto";
import { type Diff, diffInputs } from "../engine/diff.ts";
import type { CallContext, CheckFailure, ResourceDouble, TypeSchema } from "../engine/provider.ts";
import type { Bag } from "../engine/values.ts";
import { LOGGING } from "./run.ts";

/** A command provider has no configuration. */
export type CommandClient = Record<never, never>;

/** Runs one command with a resource's inputs; `previous` is what the last run gave. */
export type Runner = (
  command: string,
  inputs: Bag,
  previous: Bag,
  context: CallContext<CommandClient>,
) => Promise<Bag>;

/** Every change is an update, but a changed trigger makes a new one (before the old one is deleted). */
export function diffCommand(olds: Bag, news: Bag): Diff {
  return diffInputs(olds, news, {
    replaces: (key) => key === "triggers",
    deleteBeforeReplace: false,
  });
}

function checkLogging(inputs: Bag): CheckFailure[] {
  const { logging } = inputs;
  return logging === undefined || LOGGING.includes(String(logging))
    ? []
    : [{ property: "logging", reason: `must be one of ${LOGGING.join(", ")}` }];
}

/** A name with 8 random hex digits, as the real provider makes its ids. */
export function uniqueId(urn: string): string {
  return `${urn.split("::").at(-1)}${randomBytes(4).toString("hex")}`;
}

/**
 * The life of a command, local or remote (`commandController.go` of pulumi-command): `create` once;
 * on any change of an input `update`, or `create` again without one; `delete` at the end. `stdout`
 * and `stderr` are not secret because an input is: that takes `additionalSecretOutputs`.
 */
export function commandResource(
  schema: TypeSchema,
  run: Runner,
  check: (inputs: Bag) => CheckFailure[],
): ResourceDouble<CommandClient> {
  const given = (command: unknown): command is string => typeof command === "string";
  return {
    schema,
    computedOnUpdate: "unknown",
    check: (inputs) => [...checkLogging(inputs), ...check(inputs)],
    diff: diffCommand,

    async create(inputs, context) {
      const outs = given(inputs.create) ? await run(inputs.create, inputs, {}, context) : {};
      return { id: uniqueId(context.urn), outs: { stdout: "", stderr: "", ...inputs, ...outs } };
    },

    async update(_id, state, news, context) {
      const { stdout, stderr } = state;
      const command = news.update ?? news.create;
      const outs = given(command) ? await run(command, news, { stdout, stderr }, context) : {};
      return { ...pick(state, schema.computed), ...news, ...outs };
    },

    async delete(_id, state, context) {
      if (given(state.delete)) await run(state.delete, state, state, context);
    },
  };
}

function pick(bag: Bag, keys: readonly string[]): Bag {
  return Object.fromEntries(keys.map((key) => [key, bag[key]]));
}
