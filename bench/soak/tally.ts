import { setTimeout as sleep } from "node:timers/promises";
import { Store } from "../../lab/stand-ins/grafana-cloud-logs/store.ts";
import { LOG_STORE_URL } from "../../lab/world/sinks.ts";
import { stopwatch } from "../time.ts";
import { isShortLived, kindOf } from "./kinds.ts";
import { written } from "./writers.ts";

/** Lines of one writer. */
export interface Tally {
  writer: string;
  written: number;
  /** Numbers that are in the store. */
  arrived: number;
  /** Lines in the store beyond one for each number. */
  twice: number;
}

export const lostOf = ({ written, arrived }: Tally): number => written - arrived;

/** What was written until now, and what of it is in the store. */
export async function tally(mark: string): Promise<Tally[]> {
  // In this order: no line is in the store that is not counted as written.
  const stored = await inStore(mark);
  const counts = await written();
  return [...counts].map(([writer, written]) => {
    const { lines = 0, numbers = 0 } = stored.get(writer) ?? {};
    return { writer, written, arrived: numbers, twice: lines - numbers };
  });
}

/** Lines and different numbers of every writer: one question to the store, which hides no line that came twice. */
async function inStore(mark: string) {
  const query = [
    `{job="docker"} _msg:~"^${mark} "`,
    `extract "${mark} <writer> <n> |" from _msg`,
    "stats by (writer) count() lines, count_uniq(n) numbers",
  ];
  const rows = await new Store(LOG_STORE_URL).rows(query.join(" | "));
  return new Map(
    rows.map(({ writer = "", lines, numbers }) => {
      return [writer, { lines: Number(lines), numbers: Number(numbers) }];
    }),
  );
}

/** Numbers of a writer's lines that are not in the store. */
export async function missing(mark: string, { writer, written }: Tally): Promise<number[]> {
  const query = [
    `{job="docker"} _msg:~"^${mark} ${writer} "`,
    `extract "${mark} ${writer} <n> |" from _msg`,
    "uniq by (n)",
  ];
  const rows = await new Store(LOG_STORE_URL).rows(query.join(" | "));
  const there = new Set(rows.map(({ n }) => Number(n)));
  return Array.from({ length: written }, (_, i) => i + 1).filter((n) => !there.has(n));
}

/** `3, 7-9`: ascending numbers, with those that follow each other as one. */
export function ranges(numbers: readonly number[]): string {
  const spans: [first: number, last: number][] = [];
  for (const n of numbers) {
    const span = spans.at(-1);
    if (span && span[1] === n - 1) span[1] = n;
    else spans.push([n, n]);
  }
  return spans
    .map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`))
    .join(", ");
}

/** Waits until what the lasting writers have written by now has arrived, or for `limit` s; answers how long it took. */
export async function caughtUp(mark: string, limit: number): Promise<number> {
  const since = stopwatch();
  const wanted = await written();
  for (;;) {
    const behind = await tally(mark).then(
      (all) => all.filter((one) => isBehind(one, wanted.get(one.writer) ?? 0)),
      // The sinks may not be back yet.
      () => undefined,
    );
    if (behind?.length === 0 || since() > limit) return since();
    await sleep(2000);
  }
}

const isBehind = ({ writer, arrived }: Tally, wanted: number) =>
  !isShortLived(kindOf(writer)) && arrived < wanted;
