/** Labels of a container's lines here, by which `loki.source.docker` keeps its positions too. */
const ours = ["compose_project", "compose_service", "container", "host", "job"];

/** What the operator has to know before a yes, if positions were kept under other labels than ours. */
export function positionsNote(positionsFile: string, host: string): string | undefined {
  const [, ...entries] = positionsFile.split(/\blabels:/);
  const names = new Set(entries.flatMap((entry) => differentLabels(entry, host)));
  if (names.size === 0) return undefined;
  return (
    `The old service labels container lines otherwise (${[...names].sort().join(", ")}). Positions are kept by ` +
    "labels, so each container's log is read again as far as Docker has it, at most 167 h, and arrives a " +
    "second time under the new labels. Nothing is lost."
  );
}

/** Of `{a="b", __meta_c="d"}`, however YAML has folded it. What starts with `__` is discovery's: no sink sees it. */
function differentLabels(entry: string, host: string): string[] {
  const pairs = [...entry.matchAll(/\b(?!__)([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g)];
  const labels = new Map(pairs.map(([, name = "", value]) => [name, value]));
  const unknown = [...labels.keys()].filter((name) => !ours.includes(name));
  const wanted = { container: labels.get("container") ?? "-", host, job: "docker" };
  const others = Object.entries(wanted).filter(([name, value]) => labels.get(name) !== value);
  return [...unknown, ...others.map(([name]) => name)];
}
