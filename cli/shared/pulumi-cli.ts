import { execa } from "execa";

/** The Pulumi CLI in a project directory. What it prints may hold secrets, so no message shows standard output. */
export interface PulumiCli {
  /** Runs `pulumi ARGS`; `input` is its standard input, the way for secrets. Answers standard output. */
  run(args: string[], input?: string): Promise<string>;
  /**
   * Runs `pulumi ARGS` with its output on the operator's terminal. With a `signal`, a Ctrl-C there does not
   * reach it by itself: it is interrupted once, so that it ends in good order, when the signal says so.
   */
  show(args: string[], signal?: AbortSignal): Promise<void>;
}

/** The CLI ended with an error, or is missing; the message is one sentence. */
export class PulumiFailure extends Error {
  /** All that it said of it. */
  readonly stderr: string;

  constructor(message: string, stderr = "") {
    super(message);
    this.stderr = stderr;
  }
}

export interface PulumiCliOptions {
  /** Directory with `Pulumi.yaml`. Default: this repository. */
  directory?: string;
  /** Environment variables set beside those of this process. */
  env?: Readonly<Record<string, string>>;
}

/** The `pulumi` on PATH. Throws one sentence when it is missing or ends with an error. */
export function pulumiCli({ directory, env }: PulumiCliOptions = {}): PulumiCli {
  const options = { cwd: directory ?? `${import.meta.dirname}/../..`, env, reject: false } as const;
  return {
    async run(args, input = "") {
      const result = await execa("pulumi", args, { ...options, input });
      if (result.failed) throw failure(args, result);
      return result.stdout;
    },
    async show(args, signal) {
      const stdio = { stdin: "ignore", stdout: "inherit" } as const;
      const detached = signal !== undefined;
      const running = execa("pulumi", args, { ...options, ...stdio, detached, cleanup: !detached });
      // By hand: execa would end with an error, and the update with it, when the terminal is gone.
      running.stderr.on("data", (chunk: Buffer) => process.stderr.write(chunk));
      const interrupt = () => void running.kill("SIGINT");
      signal?.addEventListener("abort", interrupt, { once: true });
      const result = await running;
      signal?.removeEventListener("abort", interrupt);
      if (result.failed) throw failure(args, result, "see above");
    },
  };
}

/** Runs `pulumi ARGS` on the operator's terminal, where its questions are answered. */
export async function pulumiOnTerminal(args: string[]): Promise<void> {
  const cwd = `${import.meta.dirname}/../..`;
  const result = await execa("pulumi", args, { cwd, stdio: "inherit", reject: false });
  if (result.failed) throw failure(args, { code: result.code, stderr: "" }, "see above");
}

/** Values of a stack's outputs by name, secrets in plain; the selected stack stays as it is. */
export async function stackOutputs(
  pulumi: PulumiCli,
  stack: string,
): Promise<Record<string, unknown>> {
  const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  return JSON.parse(await pulumi.run(args));
}

export interface SecretToSet {
  stack: string;
  /** Key with its namespace. */
  key: string;
  value: string;
  /** Further options of `pulumi config set`. */
  options?: readonly string[];
}

/** Stores a secret of a stack over standard input: an argument would show in the process list. */
export async function setSecret(
  pulumi: PulumiCli,
  { stack, key, value, options = [] }: SecretToSet,
): Promise<void> {
  await pulumi.run(["config", "set", "--stack", stack, ...options, "--secret", key], value);
}

interface Ended {
  code?: string;
  stderr: string;
}

function failure(args: string[], { code, stderr }: Ended, said = reason(stderr)): PulumiFailure {
  if (code === "ENOENT") {
    return new PulumiFailure("pulumi is not on PATH: https://www.pulumi.com/docs/install/ has it.");
  }
  return new PulumiFailure(`\`pulumi ${args.join(" ")}\` failed: ${said}`, stderr);
}

function reason(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  return lines.find((line) => /^error: /.test(line)) ?? lines.find(Boolean) ?? "no reason given.";
}
