import { expect } from "vitest";

interface Wounded {
  /** docs/recovery.md. */
  documented: string;
  /** Types a command line. */
  type(line: string): Promise<{ code: number | undefined; output: string }>;
  /** What the operation that was interrupted printed. */
  said: string;
}

/** What docs/recovery.md has after every interruption. */
const FIRST = "pulumi cancel --stack svlnas --yes && npm run deploy -- --stack svlnas";

/** What it has besides for what that command may say. */
const REMEDIES: readonly { on: RegExp; line: string }[] = [
  {
    on: /failed to load checkpoint: EOF/,
    line: "find ~/.pulumi/stacks -name '*.attrs' -size 0 -delete",
  },
  // A long line of `verify` is wrapped. Rows of what does not arrive for that name other commands.
  { on: /`docker\s+restart\s+alloy`/, line: "docker restart alloy" },
  {
    on: /No such container|does not exist|--refresh|pending operations/,
    line: "npm run doctor -- --stack svlnas && pulumi refresh --stack svlnas --clear-pending-creates --yes && pulumi up --stack svlnas",
  },
];

/** Types what is documented: the first command, and if that fails those that it wants, and the first again. Answers what did it. */
export async function heal({ documented, type, said }: Wounded): Promise<string> {
  for (const { line } of [{ line: FIRST }, ...REMEDIES]) expect(documented).toContain(line);
  const first = await type(FIRST);
  if (first.code === 0) return FIRST;
  const remedies = REMEDIES.filter(({ on }) => on.test(first.output)).map(({ line }) => line);
  let heard = `interrupted:\n${said}\nthen:\n${first.output}`;
  expect(remedies, heard).not.toEqual([]);
  for (const line of [...remedies, FIRST]) {
    const { code, output } = await type(line.replace("~/", `${STATE}/`));
    heard += `\nthen ${line}:\n${output}`;
    expect(code, heard).toBe(0);
  }
  return remedies.join("; ");
}

/** What holds the state's directory, as a shell finds it; to the operator it is the home. */
const STATE = '"' + "$" + '{PULUMI_BACKEND_URL#file://}"';
