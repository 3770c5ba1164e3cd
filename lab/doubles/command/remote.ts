import type { Client, ClientChannel } from "ssh2";
import type { ResourceDouble } from "../engine/provider.ts";
import { strings } from "../engine/shapes.ts";
import { type Bag, isBag } from "../engine/values.ts";
import { dial } from "./dial.ts";
import { type CommandClient, commandResource, type Runner } from "./lifecycle.ts";
import { Capture, previousOutput } from "./run.ts";
import { checkConnection } from "./ssh.ts";

/** How Go's ssh package words the end of a command. */
function exitText(code: number | null, signal: string | undefined): string {
  if (code === null && !signal)
    return "wait: remote command exited without exit status or exit signal";
  return signal ? `Process exited with signal ${signal}` : `Process exited with status ${code}`;
}

/** Starts, feeds and follows a command; gives how it ended, or nothing if it ended well. */
function exec(
  client: Client,
  command: string,
  { env, stdin }: { env: Record<string, string>; stdin?: unknown },
  capture: Capture,
): Promise<string | undefined> {
  return new Promise((done, fail) => {
    client.on("error", fail);
    client.exec(command, { env }, (error, channel) => {
      if (error) return fail(error);
      // At once: what is quick has ended before the next turn of the event loop.
      follow(channel, stdin, capture).then(done, fail);
    });
  });
}

function follow(channel: ClientChannel, stdin: unknown, capture: Capture) {
  channel.on("data", (chunk: Buffer) => capture.add("stdout", chunk));
  channel.stderr.on("data", (chunk: Buffer) => capture.add("stderr", chunk));
  channel.end(typeof stdin === "string" ? stdin : undefined);
  return new Promise<string | undefined>((done, fail) => {
    let end: string | undefined = exitText(null, undefined);
    channel.on("exit", (code: number | null, signal?: string) => {
      end = code === 0 ? undefined : exitText(code, signal);
    });
    channel.on("close", () => done(end));
    channel.on("error", fail);
  });
}

/**
 * sshd drops variables that its AcceptEnv does not list. The real provider is told so; ssh2 does not
 * ask, so this looks which ones arrive.
 */
async function acceptedVariables(client: Client, env: Record<string, string>): Promise<Bag> {
  if (Object.keys(env).length === 0) return {};
  const capture = new Capture("none", () => undefined);
  await exec(client, "env", { env }, capture);
  const there = `\n${capture.outputs().stdout}`;
  const arrived = Object.entries(env).filter(([key, value]) => there.includes(`\n${key}=${value}`));
  return Object.fromEntries(arrived);
}

/** Fails for a refused variable of the program, warns for a refused one of the previous output. */
async function checkVariables(
  client: Client,
  environment: Record<string, string>,
  previous: Record<string, string>,
  warn: (text: string) => void,
): Promise<void> {
  const accepted = await acceptedVariables(client, { ...environment, ...previous });
  const refused = Object.keys(environment).find((key) => !(key in accepted));
  if (refused) {
    throw new Error(`could not set environment variable "${refused}": ssh: setenv failed`);
  }
  for (const key of Object.keys(previous).filter((name) => !(name in accepted))) {
    warn(
      `Unable to set '${key}'. This only works if your SSH server is configured to accept these variables via AcceptEnv.`,
    );
  }
}

/** Runs a command on a real host, over SSH, to its end: nothing but the dialling heeds an interrupt. */
const run: Runner = async (command, inputs, previous, { log, signal }) => {
  const status = (line: string) => log("info", line, true);
  const environment = strings(inputs.environment);
  const output = previousOutput(inputs, previous);
  const connection = isBag(inputs.connection) ? inputs.connection : {};
  const client = await dial(connection, signal, status);
  const capture = new Capture(inputs.logging, status);
  try {
    await checkVariables(client, environment, output, (text) => log("warning", text));
    const env = { ...environment, ...output };
    const end = await exec(client, command, { env, stdin: inputs.stdin }, capture);
    if (end !== undefined) throw capture.error(end, command);
    return capture.outputs();
  } finally {
    client.end();
  }
};

/** `command:remote:Command`. Its connection is secret whatever the program says. */
export const remoteCommand: ResourceDouble<CommandClient> = {
  ...commandResource(
    {
      inputs: [
        "addPreviousOutputInEnv",
        "connection",
        "create",
        "delete",
        "environment",
        "logging",
        "stdin",
        "triggers",
        "update",
      ],
      required: ["connection"],
      computed: ["stderr", "stdout"],
    },
    run,
    checkConnection,
  ),
  secretOutputs: ["connection"],
};
