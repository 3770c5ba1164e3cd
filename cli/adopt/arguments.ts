import { parseArgs } from "node:util";

export const usage = `usage: npm run adopt -- --stack NAME [--env FILE] [--plan] [--yes] [--timeout SECONDS]
       npm run adopt -- --stack NAME --roll-back | --clean-up [--yes]

Moves a host from the compose service of Grafana Alloy to this program. Its state in ./data goes on; whatever
fails, the old service is put back. A run that was cut off is gone on with by the same command.

  --stack NAME       the stack of the host
  --env FILE         the old .env; - reads standard input: sops -d secret.sops.env | npm run adopt -- … --env -
  --plan             shows what would be done, and does nothing
  --yes              does not ask
  --timeout SECONDS  how long the proof waits for each signal
  --roll-back        puts the old service back, whether the adoption broke off or is done
  --clean-up         removes the old containers of an adoption that is done

Ends with 0 when it is done, 1 when it failed or was not wanted, 2 for wrong usage.`;

export interface Arguments {
  stack: string;
  mode: "adopt" | "plan" | "roll-back" | "clean-up";
  env?: string;
  yes: boolean;
  /** Left out: each signal's own time. */
  timeoutSeconds?: number;
}

/** The arguments, or what to print instead. */
export function understand(args: string[]): Arguments | string {
  try {
    const { values } = parseArgs({
      args,
      options: {
        stack: { type: "string" },
        env: { type: "string" },
        plan: { type: "boolean", default: false },
        yes: { type: "boolean", default: false },
        timeout: { type: "string" },
        "roll-back": { type: "boolean", default: false },
        "clean-up": { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return usage;
    const modes = (["plan", "roll-back", "clean-up"] as const).filter((mode) => values[mode]);
    const { stack, env, yes, timeout } = values;
    if (!stack) return wrong("--stack is missing");
    if (modes.length > 1) return wrong(`--${modes.join(" and --")} can't be both`);
    if (timeout !== undefined && !/^\d{1,6}$/.test(timeout)) {
      return wrong(`--timeout must be whole seconds, not ${JSON.stringify(timeout)}`);
    }
    const timeoutSeconds = timeout === undefined ? undefined : Number(timeout);
    return { stack, mode: modes[0] ?? "adopt", yes, ...(env && { env }), timeoutSeconds };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function wrong(what: string): string {
  return `adopt: ${what}\n\n${usage}`;
}
