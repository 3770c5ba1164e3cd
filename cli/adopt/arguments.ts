import {
  commandLine,
  namedStack,
  stackOption,
  timeoutOption,
  timeoutSeconds,
  WrongUsage,
  yesOption,
} from "../shared/command-line.ts";

export const usage = `usage: npm run adopt -- --stack NAME [--env FILE] [--plan] [--yes] [--timeout SECONDS]
       npm run adopt -- --stack NAME --roll-back | --clean-up [--yes]

Moves a host from the compose service of Grafana Alloy to this program. Its state in ./data goes on; whatever
fails, the old service is put back. The same command resumes a run that was cut off.

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

export const line = commandLine({
  name: "adopt",
  usage,
  options: {
    ...stackOption,
    ...yesOption,
    ...timeoutOption,
    env: { type: "string" },
    plan: { type: "boolean", default: false },
    "roll-back": { type: "boolean", default: false },
    "clean-up": { type: "boolean", default: false },
  },
  read(values): Arguments {
    const modes = (["plan", "roll-back", "clean-up"] as const).filter((mode) => values[mode]);
    const { env, yes } = values;
    const stack = namedStack(values);
    if (modes.length > 1) throw new WrongUsage(`--${modes.join(" and --")} can't be both`);
    return {
      stack,
      mode: modes[0] ?? "adopt",
      yes,
      ...(env && { env }),
      timeoutSeconds: timeoutSeconds(values),
    };
  },
});
