import { cp, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A copy of the pipelines that scrape and discover every `seconds`, so that a test need not wait for minutes. */
export async function fastPipelines(source: string, seconds: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "pipelines-"));
  await cp(source, directory, { recursive: true });
  await speedUp(directory, seconds);
  return directory;
}

/** The same of the pipelines where they are, such as those of a clone. */
export async function speedUp(directory: string, seconds: number): Promise<void> {
  for (const name of await readdir(directory)) {
    const file = join(directory, name);
    const text = await readFile(file, "utf8");
    const intervals = /((?:scrape_interval|scrape_timeout|refresh_interval) +)= "\w+"/g;
    await writeFile(file, text.replaceAll(intervals, `$1= "${seconds}s"`));
  }
}
