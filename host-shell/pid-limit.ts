/** Bounds a container's processes, by its id. */
export function pidLimitScript(limit: number, id: string): string {
  return `docker update --pids-limit ${limit} ${id}`;
}

/** What such a script sets; undefined for any other, and for one that lifts the limit. */
export function readPidLimit(script: string): { limit: number; id: string } | undefined {
  const [, limit, id] = /^docker update --pids-limit ([1-9]\d*) (\S+)$/m.exec(script) ?? [];
  return id ? { limit: Number(limit), id } : undefined;
}
