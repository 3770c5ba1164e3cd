import { cp, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A copy of the pipelines that scrape and discover every `seconds`, so that a test need not wait for minutes. */
export async function fastPipelines(source: string, seconds: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "pipelines-"));
  await cp(source, directory, { recursive: true });
  for (const name of await readdir(directory)) {
    const file = join(directory, name);
    const text = await readFile(file, "utf8");
    await writeFile(
      file,
      text.replaceAll(
        /((?:scrape_interval|scrape_timeout|refresh_interval) +)= "\w+"/g,
        `$1= "${seconds}s"`,
      ),
    );
  }
  return directory;
}
