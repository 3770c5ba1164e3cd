import { EVENTS } from "./events.ts";
import { isShortLived, type Kind, kindOf } from "./kinds.ts";
import type { Happened, Phase } from "./phase.ts";
import { lostOf, type Tally } from "./tally.ts";
import type { Life } from "./writers.ts";

/** How long after an event a container may not be found yet, and how long before it one may not have been, in ms. */
const NOT_FOUND = 15_000;

/** How long Docker's daemon takes to end the containers, in s. */
const ENDING = 20;

/** What was lost or came twice beyond what docs/signals.md says of single faults. */
export function faultsOf({ happened, lives, tallies }: Phase): string[] {
  const calm = calmWriters(lives, happened);
  return tallies.flatMap((one) => {
    const kind = kindOf(one.writer);
    if (isShortLived(kind) && !calm.has(one.writer)) return [];
    const [lost, mayBeLost] = [lostOf(one), kind.mayBeMissed ? one.written : 0];
    const [twice, mayBeTwice] = [one.twice, mostTwice(kind, one, happened)];
    return [
      ...(lost > mayBeLost ? [`${one.writer}: ${lost} of ${one.written} lines were lost`] : []),
      ...(twice > mayBeTwice
        ? [`${one.writer}: ${twice} lines arrived twice, where ${mayBeTwice} may`]
        : []),
    ];
  });
}

/** Those whose whole short life was far from every event: one that ends while the agent is away is never found. */
function calmWriters(lives: readonly Life[], happened: readonly Happened[]): Set<string> {
  const calm = lives.filter((life) =>
    happened.every(({ begin, end }) => life.end < begin || life.begin > end + NOT_FOUND),
  );
  return new Set(calm.map(({ writer }) => writer));
}

/** How many lines of a container may arrive twice: of the last seconds before each event, or all it had written. */
function mostTwice(kind: Kind, { writer, written }: Tally, happened: readonly Happened[]): number {
  // When a container ends, its last second is read again; one that is down when the agent looks, from its beginning.
  if (kind.restarts) return Number.POSITIVE_INFINITY;
  if (isShortLived(kind)) return kind.lines;
  const byEvents = happened.reduce((sum, { name, before }) => {
    const again = EVENTS.find((event) => event.name === name)?.again ?? 0;
    if (again !== "all") return sum + linesWithin(kind, again);
    const had = before.find((one) => one.writer === writer)?.written ?? 0;
    return sum + had + linesWithin(kind, ENDING);
  }, 0);
  return byEvents + linesWithin(kind, 1) * Math.ceil(written / (kind.rotatedAfter ?? Infinity));
}

/** The most lines that a kind writes in so many seconds. */
function linesWithin({ first, lines, pause }: Kind, seconds: number): number {
  return seconds === 0 ? 0 : Math.max(first, lines * (1 + Math.floor(seconds / pause)));
}
