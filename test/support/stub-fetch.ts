/** Where this process keeps the real `fetch`: a run that was cut off may have left its stub in place. */
const key = Symbol.for("grafana-alloy.test.fetch");
const kept = globalThis as unknown as { [key]?: typeof fetch };

/** Puts a stub in the place of `fetch`; what is returned puts the real one back. */
export function stubFetch(stub: typeof fetch): () => void {
  kept[key] ??= globalThis.fetch;
  globalThis.fetch = stub;
  return () => {
    globalThis.fetch = kept[key] ?? globalThis.fetch;
  };
}
