import type { Client, ClientChannel } from "ssh2";
import type { CheckFailure, ResourceDouble } from "../engine/provider.ts";
import { type Bag, isBag } from "../engine/values.ts";
import { dial } from "./dial.ts";
import { type CommandClient, commandResource, type Runner } from "./lifecycle.ts";
import { Capture } from "./output.ts";
import { checkConnection } from "./ssh.ts";

/** How Go's ssh package words the end of a command. */
function exitText(code: number | null, signal: string | undefined): string {
  if (code === null && !signal)
    return "wait: remote command exited without exit status or exit signal";
  return signal ? `Process exited with signal ${signal}` : `Process exited with status ${code}`;
}

/** Starts, feeds and follows a command; answers how it ended, or nothing if it ended well. */
function exec(
  client: Client,
  command: string,
  stdin: unknown,
  capture: Capture,
): Promise<string | undefined> {
  return new Promise((done, fail) => {
    client.on("error", fail);
    client.exec(command, (error, channel) => {
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

/** Runs a command on a real host, over SSH, to its end: nothing but the dialling heeds an interrupt. */
export const runRemote: Runner = async (command, inputs, { log, signal }) => {
  const status = (line: string) => log("info", line, true);
  const connection = isBag(inputs.connection) ? inputs.connection : {};
  const client = await dial(connection, signal, status);
  const capture = new Capture(inputs.logging, status);
  try {
    const end = await exec(client, command, inputs.stdin, capture);
    if (end !== undefined) throw capture.error(end, command);
    return capture.outputs();
  } finally {
    client.end();
  }
};

/** The real provider would put the previous output into the environment, which no SSH server takes as configured here. */
function checkRemote(inputs: Bag): CheckFailure[] {
  const reason = "the double knows no other than false";
  return [
    ...(inputs.addPreviousOutputInEnv === false
      ? []
      : [{ property: "addPreviousOutputInEnv", reason }]),
    ...checkConnection(inputs),
  ];
}

/** `command:remote:Command`. Its connection is secret whatever the program says. */
export function remoteCommand(run: Runner): ResourceDouble<CommandClient> {
  const command = commandResource(["connection"], run, checkRemote);
  return { ...command, secretOutputs: ["connection"] };
}
