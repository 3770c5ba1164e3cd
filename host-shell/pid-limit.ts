/** Bounds a container's processes, by its id. */
export function pidLimitScript(limit: number, id: string): string {
  return `docker update --pids-limit ${limit} ${id}`;
}

/** The same for a container that has ended, which may have been pruned since. */
export function endedPidLimitScript(limit: number, id: string): string {
  return `
found=$(docker ps --all --quiet --no-trunc --filter id=${id})
[ "$found" ] || exit 0
${pidLimitScript(limit, id)}`.trim();
}

/** What such a script sets; undefined for any other, and for one that lifts the limit. */
export function readPidLimit(script: string): { limit: number; id: string } | undefined {
  const [, limit, id] = /^docker update --pids-limit ([1-9]\d*) (\S+)$/m.exec(script) ?? [];
  return id ? { limit: Number(limit), id } : undefined;
}
