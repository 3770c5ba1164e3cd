import { decimal } from "../numbers.ts";
import type { Report } from "../report.ts";
import { KINDS, type Kind, kindOf } from "./kinds.ts";
import type { Phase } from "./phase.ts";
import { lostOf, type Tally } from "./tally.ts";
import { faultsOf } from "./verdict.ts";

export function soakReport(single: Phase, both: Phase): Report {
  const containers = KINDS.reduce((sum, one) => sum + one.containers, 0);
  return {
    head: `${containers} containers at a time, ${single.happened.length} events one after the other`,
    tables: [kindRows(single), eventRows(single), kindRows(both)],
    values: { single, both },
    faults: faultsOf(single),
  };
}

const sum = (tallies: readonly Tally[], of: (one: Tally) => number): number =>
  tallies.reduce((total, one) => total + of(one), 0);

const ofKind = (tallies: readonly Tally[], kind: Kind): Tally[] =>
  tallies.filter(({ writer }) => kindOf(writer) === kind);

function kindRows({ tallies }: Phase): string[][] {
  const rows = KINDS.map((kind) => {
    const own = ofKind(tallies, kind);
    const numbers = [
      ...[sum(own, (one) => one.written), sum(own, (one) => one.arrived)],
      ...[sum(own, (one) => one.twice), sum(own, lostOf)],
    ];
    return [kind.name, `${own.length}`, ...numbers.map((n) => decimal(n, 0))];
  });
  return [["", "containers", "written", "arrived", "twice", "lost"], ...rows];
}

/** The lines that came twice by event: the mean of its times, all containers of a kind together. */
function eventRows({ happened }: Phase): string[][] {
  const names = [...new Set(happened.map(({ name }) => name))];
  const again = (kind: Kind, name: string) => {
    const times = happened.filter((one) => one.name === name);
    const twice = times.map(
      ({ before, after }) =>
        sum(ofKind(after, kind), (one) => one.twice) -
        sum(ofKind(before, kind), (one) => one.twice),
    );
    return decimal(twice.reduce((total, n) => total + n, 0) / times.length, 0);
  };
  const rows = KINDS.map((kind) => [kind.name, ...names.map((name) => again(kind, name))]);
  return [["sent twice after", ...names], ...rows];
}
