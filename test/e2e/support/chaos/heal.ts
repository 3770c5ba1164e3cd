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
  {
    on: /No such container|does not exist|--refresh|pending operations/,
    line: "npm run doctor -- --stack svlnas && pulumi refresh --stack svlnas --clear-pending-creates --yes && pulumi up --stack svlnas",
  },
  // A long line of `verify` is wrapped.
  { on: /`docker\s+restart\s+alloy`/, line: "docker restart alloy" },
];

/** Types what is documented: the first command, and if that fails the one that it wants, and the first again. Answers what did it. */
export async function heal({ documented, type, said }: Wounded): Promise<string> {
  for (const { line } of [{ line: FIRST }, ...REMEDIES]) expect(documented).toContain(line);
  const first = await type(FIRST);
  if (first.code === 0) return FIRST;
  const remedy = REMEDIES.find(({ on }) => on.test(first.output));
  const heard = `interrupted:\n${said}\nthen:\n${first.output}`;
  expect(remedy, heard).toBeDefined();
  const mended = await type(remedy?.line.replace("~/", `${STATE}/`) ?? "");
  expect(mended.code, `${heard}\nthen:\n${mended.output}`).toBe(0);
  const again = await type(FIRST);
  expect(again.code, `${heard}\nthen:\n${mended.output}\nat last:\n${again.output}`).toBe(0);
  return `${remedy?.line}`;
}

/** What holds the state's directory, as a shell finds it; to the operator it is the home. */
const STATE = '"' + "$" + '{PULUMI_BACKEND_URL#file://}"';
