import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { deployedStacks, destroyStacks } from "../../lab/destroy.ts";
import { dockerClient } from "../../lab/docker-engine.ts";
import { demultiplex } from "../../lab/doubles/docker/container-run.ts";
import { labImages } from "../../lab/images.ts";
import { say, step } from "../../lab/progress.ts";
import { inLab as settingsInLab } from "../../lab/settings.ts";
import { stackFile } from "../../lab/stack-file.ts";
import { joinFrontend } from "../../lab/world.ts";
import { removeBench } from "../bench-containers.ts";
import { inLab } from "../in-lab.ts";
import type { Options } from "../options.ts";
import type { Report } from "../report.ts";
import { stopwatch } from "../time.ts";
import { COMBINATION, EVENTS, type Event, type Host } from "./events.ts";
import { isShortLived, kindOf } from "./kinds.ts";
import type { Happened, Phase } from "./phase.ts";
import { soakReport } from "./rows.ts";
import { caughtUp, lostOf, missing, ranges, type Tally, tally } from "./tally.ts";
import { containerOf, keepShortLived, type Maker, startWriters, stopWriters } from "./writers.ts";

/** Calm before the first event and after each, in s. */
const CALM = 25;
/** How long lines may take to arrive after an event, in s. */
const LONGEST_DELAY = 180;

/** Thirty containers number their lines while one thing after the other happens to the host. */
export function soak({ minutes }: Options<"soak">, signal: AbortSignal): Promise<Report> {
  return inLab(async (lab) => {
    const wasDeployed = (await deployedStacks()).includes("local");
    const docker = dockerClient(lab.docker.host);
    const settings = settingsInLab(stackFile("local"), lab.facts);
    await removeBench(docker);
    try {
      const stack = await lab.stack("local", settings);
      await step("pulumi up --stack local", () => stack.up());
      await joinFrontend(lab.docker);
      return await run({ lab, docker, settings }, minutes, signal);
    } finally {
      await step("removing the containers", () => removeBench(docker));
      if (!wasDeployed) await destroyStacks(lab);
    }
  });
}

/** Each fault by itself, then two at once: with containers of their own, so that every line is of one or the other. */
async function run(host: Host, minutes: number, signal: AbortSignal): Promise<Report> {
  const events = EVENTS.filter(({ name }) => host.lab.docker.private || !name.includes("daemon"));
  const single = await phase(host, signal, (mark) => inTurns(host, mark, events, minutes, signal));
  const both = await phase(host, signal, (mark) => inTurns(host, mark, [COMBINATION], 0, signal));
  return soakReport(single, both);
}

/** Starts the containers, lets things happen, ends them, and counts their lines once those had time to arrive. */
async function phase(
  host: Host,
  signal: AbortSignal,
  happen: (mark: string) => Promise<Happened[]>,
): Promise<Phase> {
  const { busybox } = await labImages(host.lab.docker, ["busybox"]);
  const mark = `soak-${randomBytes(3).toString("hex")}`;
  const maker: Maker = { docker: host.docker, image: busybox, mark };
  await removeBench(host.docker);
  await step("starting the containers", () => startWriters(maker));
  const shortLived = keepShortLived(maker);
  try {
    const happened = await happen(mark);
    const lives = await shortLived.end();
    await step("ending the containers", () => stopWriters(host.docker));
    await step("  until their last lines have arrived", () => caughtUp(mark, LONGEST_DELAY));
    const tallies = await tally(mark);
    for (const one of tallies) await explain(maker, one);
    return { happened, lives, tallies };
  } catch (error) {
    // What cleans up may fail too, and would be told in its place.
    if (!signal.aborted) say(`${error instanceof Error ? error.stack : error}`);
    throw error;
  } finally {
    await shortLived.end();
  }
}

/** Says which lines of a lasting writer were lost, and which of them Docker itself can't read back. */
async function explain({ docker, mark }: Maker, one: Tally): Promise<void> {
  if (lostOf(one) === 0 || isShortLived(kindOf(one.writer))) return;
  const lost = await missing(mark, one);
  const log = await docker
    .getContainer(containerOf(one.writer))
    .logs({ stdout: true, stderr: true, follow: false, timestamps: true });
  const text = demultiplex(log);
  const gone = lost.filter((n) => !text.includes(`${mark} ${one.writer} ${n} |`));
  say(`${one.writer} lost ${ranges(lost)}; Docker can't read back: ${ranges(gone) || "none"}`);
}

/** Every event once, and again from the first one until the time is over. */
async function inTurns(
  host: Host,
  mark: string,
  events: readonly Event[],
  minutes: number,
  signal: AbortSignal,
): Promise<Happened[]> {
  const since = stopwatch();
  const happened: Happened[] = [];
  await sleep(CALM * 1000, undefined, { signal });
  while (happened.length < events.length || since() < minutes * 60) {
    for (const event of events) {
      happened.push(await oneEvent(host, mark, event));
      await sleep(CALM * 1000, undefined, { signal });
    }
  }
  return happened;
}

async function oneEvent(host: Host, mark: string, event: Event): Promise<Happened> {
  const before = await tally(mark);
  const begin = Date.now();
  await step(event.name, () => event.cause(host));
  const waiting = "  until what was written has arrived";
  const caught = await step(waiting, () => caughtUp(mark, LONGEST_DELAY));
  return { name: event.name, begin, end: Date.now(), caught, before, after: await tally(mark) };
}
