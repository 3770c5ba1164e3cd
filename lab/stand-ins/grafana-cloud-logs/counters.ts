import type { Labels } from "./labels.ts";

/** Lines by what became of them, and by stream as they were sent: a line that is sent twice counts twice. */
export class Counters {
  readonly #received = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  #accepted = 0;

  received(stream: string, lines: number): void {
    add(this.#received, stream, lines);
  }

  refused(reason: string, lines: number): void {
    add(this.#refused, reason, lines);
  }

  accepted(lines: number): void {
    this.#accepted += lines;
  }

  /** Prometheus' text form. `stored` says how many lines of each stream the store has, and how many are distinct. */
  text(stored: { labels: Labels; lines: number; distinct: number }[]): string {
    const duplicates = stored.map(({ labels, lines, distinct }): [string, number] => {
      const pairs = Object.entries(labels).map(([k, v]) => `${k}=${JSON.stringify(v)}`);
      return [`{${pairs.join(",")}}`, lines - distinct];
    });
    const reasons = [...this.#refused].map(([r, n]): [string, number] => [`{reason="${r}"}`, n]);
    const received = [...this.#received].map(([labels, n]): [string, number] => [
      labels.replaceAll(/", (?=[a-zA-Z_])/g, '",'),
      n,
    ]);
    return [
      ...family("lines_received_total", "counter", received),
      ...family("lines_accepted_total", "counter", [["", this.#accepted]]),
      ...family("lines_refused_total", "counter", reasons),
      ...family("duplicate_lines", "gauge", duplicates),
    ].join("");
  }
}

function family(name: string, type: string, samples: [labels: string, value: number][]): string[] {
  const full = `grafana_cloud_logs_${name}`;
  return [
    `# TYPE ${full} ${type}\n`,
    ...samples.map(([labels, value]) => `${full}${labels} ${value}\n`),
  ];
}

function add(counts: Map<string, number>, key: string, n: number): void {
  counts.set(key, (counts.get(key) ?? 0) + n);
}
