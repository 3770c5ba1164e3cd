import { type Bag, isBag, sameValue } from "./values.ts";

/** What a provider tells the engine about a change of inputs. */
export interface Diff {
  /** Top-level inputs that changed. */
  changed: string[];
  /** Those of them that can't be changed in place. */
  replaces: string[];
  deleteBeforeReplace: boolean;
  /** Every changed path, e.g. `triggers[0]`: `replaceOnChanges` of the program is matched on these. */
  paths: { path: string; kind: PathChange; replace: boolean }[];
}

export type PathChange = "add" | "delete" | "update";

export interface DiffRules {
  /** True if a change of this input needs a new resource. */
  replaces: (key: string) => boolean;
  deleteBeforeReplace: boolean;
  /** Brings a value into the form that is compared, e.g. sorts what is a set. */
  normalise?: (key: string, value: unknown) => unknown;
}

/** Compares old and new inputs by the rules of one resource. */
export function diffInputs(olds: Bag, news: Bag, rules: DiffRules): Diff {
  const normalise = rules.normalise ?? ((_key, value) => value);
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (key) => !key.startsWith("__"),
  );
  const changed = keys.filter(
    (key) => !sameValue(normalise(key, olds[key]), normalise(key, news[key])),
  );
  const replaces = changed.filter(rules.replaces);
  const paths = changed.flatMap((key) =>
    changedPaths(key, olds[key], news[key]).map((change) => ({
      ...change,
      replace: replaces.includes(key),
    })),
  );
  return { changed, replaces, deleteBeforeReplace: rules.deleteBeforeReplace, paths };
}

/** The same with a change of an output, which is no change of inputs. */
export function withChange(diff: Diff, key: string, replace: boolean): Diff {
  return {
    ...diff,
    changed: [...diff.changed, key],
    replaces: replace ? [...diff.replaces, key] : diff.replaces,
    paths: [...diff.paths, { path: key, kind: "update", replace }],
  };
}

/** Every place below `path` where two values differ. */
export function changedPaths(
  path: string,
  old: unknown,
  next: unknown,
): { path: string; kind: PathChange }[] {
  if (sameValue(old, next)) return [];
  if (old === undefined) return [{ path, kind: "add" }];
  if (next === undefined) return [{ path, kind: "delete" }];
  if (Array.isArray(old) && Array.isArray(next)) {
    const length = Math.max(old.length, next.length);
    return Array.from({ length }, (_, index) =>
      changedPaths(`${path}[${index}]`, old[index], next[index]),
    ).flat();
  }
  if (isBag(old) && isBag(next)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])];
    return keys.flatMap((key) => changedPaths(joinPath(path, key), old[key], next[key]));
  }
  return [{ path, kind: "update" }];
}

function joinPath(path: string, key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}
