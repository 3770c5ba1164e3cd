import { execa } from "execa";

/** The Pulumi CLI in a project directory. What it prints may hold secrets, so no message shows standard output. */
export interface PulumiCli {
  /** Runs `pulumi ARGS`; `input` is its standard input, the way for secrets. Answers standard output. */
  run(args: string[], input?: string): Promise<string>;
  /** Runs `pulumi ARGS` with its output on the operator's terminal. */
  show(args: string[]): Promise<void>;
}

export interface PulumiCliOptions {
  /** Directory with `Pulumi.yaml`. Default: this repository. */
  directory?: string;
  /** Environment variables set beside those of this process. */
  env?: Readonly<Record<string, string>>;
}

/** The `pulumi` on PATH. Throws one sentence when it is missing or ends with an error. */
export function pulumiCli({ directory, env }: PulumiCliOptions = {}): PulumiCli {
  const options = { cwd: directory ?? `${import.meta.dirname}/..`, env, reject: false } as const;
  return {
    async run(args, input = "") {
      const result = await execa("pulumi", args, { ...options, input });
      if (result.failed) throw failure(args, result.code, result.stderr);
      return result.stdout;
    },
    async show(args) {
      const stdio = { stdin: "ignore", stdout: "inherit", stderr: "inherit" } as const;
      const result = await execa("pulumi", args, { ...options, ...stdio });
      if (result.failed) throw failure(args, result.code, "see above");
    },
  };
}

/** Values of a stack's outputs by name, secrets in plain; the selected stack stays as it is. */
export async function stackOutputs(
  pulumi: PulumiCli,
  stack: string,
): Promise<Record<string, unknown>> {
  const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  return JSON.parse(await pulumi.run(args));
}

/** Stores a secret of a stack over standard input: an argument would show in the process list. */
export async function setSecret(
  pulumi: PulumiCli,
  { stack, key, value }: { stack: string; key: string; value: string },
): Promise<void> {
  await pulumi.run(["config", "set", "--stack", stack, "--secret", key], value);
}

function failure(args: string[], code: string | undefined, stderr: string): Error {
  if (code === "ENOENT") {
    return new Error("pulumi is not on PATH: https://www.pulumi.com/docs/install/ has it.");
  }
  return new Error(`\`pulumi ${args.join(" ")}\` failed: ${reason(stderr)}`);
}

function reason(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  return lines.find((line) => /^error: /.test(line)) ?? lines.find(Boolean) ?? "no reason given.";
}
