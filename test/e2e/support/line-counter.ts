import { expect } from "vitest";
import { queryLogs } from "../../../cli/verify/sink-queries.ts";
import { CLOUD_LOGS_URL } from "../../../lab/world/sinks.ts";
import { arrived } from "../../support/arrived.ts";
import type { OwnHost } from "./own-host.ts";
import { compose, writer } from "./writers.ts";

/** As many lines as are asked for: a counter has written fewer in the hour that a query looks back. */
const LIMIT = 5000;

/** A container whose lines are numbers from 1 on: lost ones and repeated ones show. */
export async function lineCounter({ lab, name: host }: OwnHost, pauseSeconds: number) {
  const name = `${host}-counter`;
  const script = `i=0; while :; do i=$((i+1)); echo "count ${host} $i"; sleep ${pauseSeconds}; done`;
  await writer(lab, { name, script, labels: compose("counting", "counter") });
  /** The numbers that arrived, in order. */
  const numbers = async (sink = lab.world.logs) => {
    const lines = await queryLogs(sink, `{host="${host}",container="${name}"}`, { limit: LIMIT });
    return lines.map(({ line }) => Number(line.split(" ")[2])).sort((a, b) => a - b);
  };
  return {
    name,
    numbers,
    /** Waits until the newest line has arrived, then asserts that all are there, once. */
    async expectAll(seconds: number, sink = lab.world.logs): Promise<void> {
      const written = await lab.client.getContainer(name).logs({ stdout: true, tail: 1 });
      const newest = Number(written.toString().trim().split(" ").at(-1));
      await arrived(`line ${newest}`, seconds, async () =>
        ((await numbers(sink)).at(-1) ?? 0) >= newest ? [1] : [],
      );
      const found = await numbers(sink);
      const first = found.length < LIMIT ? 1 : (found[0] ?? 1);
      expect(found).toEqual(found.map((_, index) => first + index));
    },
    sentTwice: () => sentTwice(name),
  };
}

/** How many lines of a container reached the simulated Grafana Cloud Logs more than once, which no query shows. */
async function sentTwice(container: string): Promise<number> {
  const answer = await fetch(`${CLOUD_LOGS_URL}/__duplicates`);
  const all = (await answer.json()) as { labels: Record<string, string>; lines: number }[];
  const own = all.filter(({ labels }) => labels.container === container);
  if (own.length === 0) throw new Error(`No line of ${container} is in the store.`);
  return own.reduce((sum, { lines }) => sum + lines, 0);
}
