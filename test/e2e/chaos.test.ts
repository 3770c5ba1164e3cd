import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repoDir } from "../../lab/paths.ts";
import { say } from "../../lab/progress.ts";
import { overSsh } from "../../lab/settings.ts";
import { startSshd } from "../../lab/sshd.ts";
import type { StackSettings } from "../../lab/stack.ts";
import { expectAgreement } from "./support/agreement.ts";
import { choices } from "./support/chaos/choice.ts";
import { diskAt } from "./support/chaos/disk.ts";
import { heal } from "./support/chaos/heal.ts";
import { type Interruption, interruptions, type Site } from "./support/chaos/interruptions.ts";
import { type Operation, operations } from "./support/chaos/operations.ts";
import { expectLines, expectSamples, type Span, startCounter } from "./support/chaos/proof.ts";
import { emptyLab, settingsOf, type TestLab } from "./support/lab.ts";
import { type CommandProject, commandProject } from "./support/project.ts";
import { wayTo } from "./support/way.ts";
import { removeWriters } from "./support/writers.ts";

/**
 * Random interruptions of what an operator does, over SSH. After each the commands of docs/recovery.md lead to a
 * verified agent, and nothing that the agent had accepted is missing. `CHAOS_SEED` does the same ones again.
 */

const SEED = Number(process.env.CHAOS_SEED ?? 1);
const RUNS = Number(process.env.CHAOS_RUNS ?? 6);

/** Stands for the 60 s between two scrapes. */
const SCRAPE_SECONDS = 5;

/** How long a line waits for others of its batch, at most, in ms. */
const LINE_DELAY = 2000;

const STACK = "chaos";
const HOST = `chaos-${randomBytes(3).toString("hex")}`;
const COUNTER = `${HOST}-counter`;

let lab: TestLab;
let project: CommandProject;
let site: Site;
let documented: string;
let directory: string;

beforeAll(async () => {
  lab = await emptyLab();
  documented = await readFile(join(repoDir, "docs", "recovery.md"), "utf8");
  const sshd = await startSshd(lab.docker);
  const way = await wayTo(sshd.port);
  const settings = await settingsOf(lab, "local", (given) =>
    overSsh(wanted(given), { ...sshd, port: way.port }),
  );
  directory = (settings.host as { directory: string }).directory;
  site = { lab, sshd, way, stack: STACK, disk: await diskAt(directory) };
  project = await commandProject(lab, STACK, settings, SCRAPE_SECONDS);
  for (const [name, { password }] of Object.entries({
    metrics: lab.world.metrics,
    logs: lab.world.logs,
  })) {
    const key = `grafana-alloy:${name}Password`;
    await obey(`pulumi config set --stack svlnas --secret ${key}`, password);
  }
  await startCounter(lab, COUNTER);
  await obey("pulumi up --stack svlnas");
});

afterAll(async () => {
  await obey("pulumi destroy --stack svlnas");
  await project.remove();
  await removeWriters(lab, [COUNTER]);
  await site.disk.remove();
  site.way.close();
  await site.sshd.stop();
  await lab.close();
});

function wanted({ github: _, githubToken: __, ...given }: StackSettings): StackSettings {
  const { metricsPassword: ___, logsPassword: ____, ...settings } = given;
  const host = settings.host as { directory: string };
  return {
    ...settings,
    host: { ...host, name: HOST, directory: host.directory.replace("/local/", `/${HOST}/`) },
    pipelines: ["host", "containers", "self"],
    postgres: [],
  };
}

/** A command line as it is typed for this stack, where nobody answers questions. */
function typed(line: string): string[] {
  const text = line
    .replaceAll("svlnas", STACK)
    .replace(/^docker /, `docker --host ${lab.docker.host} `)
    .replaceAll(/pulumi (up|destroy) [^&]*[^&\s]/g, "$& --yes")
    .replaceAll(/npm run deploy [^&]*[^&\s]/g, "$& --yes");
  return ["sh", "-c", `export PULUMI_OPTION_SKIP_PREVIEW=true; ${text}`];
}

const type = (line: string, input?: string) => project.run(typed(line), input);

async function obey(line: string, input?: string): Promise<string> {
  const { code, output } = await type(line, input);
  expect(code, `${line}\n${output}`).toBe(0);
  return output;
}

/** Begins an operation, and the interruption at its moment; answers what it said, however it ended, and how long that was. */
async function interrupt(
  { line, steps }: Operation,
  { begin, end }: Interruption,
  moment: number,
): Promise<{ said: string; span: Span }> {
  const running = project.start(typed(line));
  // What a killed CLI leaves keeps its outputs open.
  const ended = once(running, "exit");
  let said = "";
  const begun = new Promise<void>((done) => {
    running.all.on("data", (text: Buffer) => {
      said += text;
      const told = said.match(/ (creating|updating|replacing|deleting) /g)?.length ?? 0;
      if (told >= moment * steps) done();
    });
  });
  await Promise.race([ended, begun]);
  const from = Date.now() - LINE_DELAY;
  await begin(site);
  await Promise.race([ended, sleep(20_000)]);
  await end?.(site);
  await ended;
  running.all.destroy();
  return { said, span: [from, Date.now()] };
}

/** A random name that Alloy gives itself once, kept with its state. */
const alloySeed = () => readFile(join(directory, "data", "data", "alloy_seed.json"), "utf8");

const rows = choices(SEED, RUNS, {
  operations: operations.length,
  interruptions: interruptions.length,
}).map((chosen, index) => {
  const operation = operations[chosen.operation] as Operation;
  const interruption = interruptions[chosen.interruption] as Interruption;
  const title = `run ${index + 1}: ${interruption.name} during ${operation.name}`;
  return { title, operation, interruption, moment: chosen.moment };
});

describe(`chaos, seed ${SEED}`, () => {
  test.each(rows)("$title", async ({ title, operation, interruption, moment }) => {
    const since = Date.now();
    const seed = await alloySeed();
    await operation.before({ lab, obey });
    const { said, span } = await interrupt(operation, interruption, moment);
    const by = await heal({ documented, type, said });
    say(`${title}: ${said.trim().split("\n").at(-1)} Healed by: ${by}`);
    const exported = await obey("pulumi stack export --stack svlnas");
    await expectAgreement(lab, JSON.parse(exported).deployment);
    expect(await alloySeed()).toBe(seed);
    const lossy = interruption.keepsLines && operation.stopsAgent && { lossy: span };
    await expectLines(lab, { host: HOST, counter: COUNTER, since, ...lossy });
    if (!interruption.losesSamples) {
      await expectSamples(lab, { host: HOST, since, scrapeSeconds: SCRAPE_SECONDS });
    }
  });
});
