import { parse } from "yaml";

/** Labels of a container's lines here, by which `loki.source.docker` keeps its positions too. */
const ours = ["compose_project", "compose_service", "container", "host", "job"];

/** The label sets of a positions file, without those that discovery adds and the sink never sees. */
export function labelsIn(positionsFile: string): Map<string, string>[] {
  const file = parse(positionsFile, { mapAsMap: true }) as Map<string, unknown> | null;
  const positions = file?.get("positions");
  if (!(positions instanceof Map)) return [];
  const keys = [...positions.keys()].filter((key) => key instanceof Map);
  return keys.map((key) => ownLabels(String(key.get("labels"))));
}

/** Of `{a="b", __meta_c="d"}` what does not begin with `__`. */
function ownLabels(text: string): Map<string, string> {
  const pairs = text.matchAll(/([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g);
  return new Map(
    [...pairs].flatMap(([, name = "", value = ""]) =>
      name.startsWith("__") ? [] : [[name, value]],
    ),
  );
}

/** What the operator has to know before a yes, if positions were kept under other labels than ours. */
export function positionsNote(positionsFile: string, host: string): string | undefined {
  const wanted: Record<string, string> = { host, job: "docker" };
  for (const labels of labelsIn(positionsFile)) {
    const others = [...labels.keys()].filter((name) => !ours.includes(name));
    const absent = ["container", "host", "job"].filter((name) => !labels.has(name));
    const different = Object.entries(wanted)
      .filter(([name, value]) => labels.has(name) && labels.get(name) !== value)
      .map(([name]) => name);
    const all = [...others, ...absent, ...different].sort();
    if (all.length > 0) return note(all);
  }
  return undefined;
}

function note(names: string[]): string {
  return (
    `The old service labels container lines otherwise (${names.join(", ")}). Positions are kept by labels, so ` +
    "each container's log is read again as far as Docker has it, at most 167 h, and arrives a second time " +
    "under the new labels. Nothing is lost."
  );
}
