import { execa } from "execa";

/** The version that a program names when asked, e.g. `1.15.1`. */
export async function programVersion(binary: string): Promise<string> {
  const { stdout, stderr } = await execa(binary, ["--version"]);
  const version = /(?:version |^)v?([0-9]+\.[0-9]+\.[0-9]+)/m.exec(stdout + stderr)?.[1];
  return version ?? "unknown";
}
