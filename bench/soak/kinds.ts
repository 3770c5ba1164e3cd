/** Containers that behave alike, and what of their lines may be lost or arrive twice. */
export interface Kind {
  name: string;
  /** Containers of it at a time. */
  containers: number;
  /** Lines at its start. */
  first: number;
  /** Lines at a time afterwards, and seconds between two times. */
  lines: number;
  pause: number;
  /** Times after which it ends; left out: it runs on. */
  times?: number;
  /** Whether it is started again when it has ended, with its log. Otherwise another one takes its place. */
  restarts?: boolean;
  /** Bytes of a line beside its number. */
  padding?: number;
  log?: { Type: string; Config: Record<string, string> };
  /** Docker rotates its log after about so many lines, each time with the last second read again at worst. */
  rotatedAfter?: number;
  network?: "several" | "of another container";
  /** It may end before it is found, the last time if not each time. */
  mayBeMissed?: boolean;
}

const ROTATED = { Type: "json-file", Config: { "max-size": "100k", "max-file": "20" } };
const LARGE = { Type: "json-file", Config: { "max-size": "100m", "max-file": "2" } };

/** Thirty containers. */
export const KINDS: readonly Kind[] = [
  { name: "talking", containers: 6, first: 1, lines: 2, pause: 1 },
  {
    name: "rotating",
    containers: 3,
    first: 1,
    lines: 20,
    pause: 1,
    padding: 200,
    log: ROTATED,
    rotatedAfter: 330,
  },
  { name: "silent", containers: 5, first: 20, lines: 1, pause: 60 },
  { name: "crashing", containers: 3, first: 1, lines: 5, pause: 4, times: 3, restarts: true },
  {
    name: "crashing-at-once",
    containers: 2,
    first: 5,
    lines: 1,
    pause: 1,
    times: 1,
    restarts: true,
    mayBeMissed: true,
  },
  { name: "short-lived", containers: 2, first: 5, lines: 5, pause: 5, times: 3 },
  {
    name: "gone-at-once",
    containers: 1,
    first: 5,
    lines: 5,
    pause: 2,
    times: 1,
    mayBeMissed: true,
  },
  {
    name: "huge-lines",
    containers: 2,
    first: 1,
    lines: 1,
    pause: 10,
    padding: 300 * 1024,
    log: LARGE,
  },
  {
    name: "journald",
    containers: 2,
    first: 1,
    lines: 2,
    pause: 1,
    log: { Type: "journald", Config: {} },
  },
  { name: "several-networks", containers: 2, first: 1, lines: 2, pause: 1, network: "several" },
  {
    name: "shared-network",
    containers: 2,
    first: 1,
    lines: 2,
    pause: 1,
    network: "of another container",
  },
];

/** Whether containers of a kind follow each other, each with a log of its own. */
export const isShortLived = ({ times, restarts }: Kind): boolean => Boolean(times) && !restarts;

/** The writers of a kind that runs on, or the places of one whose containers follow each other. */
export function writersOf({ name, containers }: Kind): string[] {
  return Array.from({ length: containers }, (_, i) => `${name}-${i + 1}`);
}

/** The kind of a writer by its name. */
export function kindOf(writer: string): Kind {
  const kind = KINDS.find(({ name }) => new RegExp(`^${name}-\\d`).test(writer));
  if (!kind) throw new Error(`${writer} is of no kind`);
  return kind;
}
