/** A rule of a pipeline, and the test of `test/e2e/signals.test.ts` that must fail without it. */
export interface Rule {
  /** File of `pipelines/` without `.alloy`. */
  pipeline: string;
  /** Text of the rule; stands in the file exactly once. */
  text: string;
  /** What stands there without the rule. Default: nothing. */
  without?: string;
  /** Full name of the test: its groups and its own name. */
  test: string;
}

const relabel = (lines: string[]) =>
  ["\trule {", ...lines.map((l) => `\t\t${l}`), "\t}\n"].join("\n");

const collectors =
  "metrics host: the wanted collectors and no other, no bridge or veth, no overlay";
const hostLabels =
  "metrics host: from the mounted root, with the labels of the Linux Server integration";
const self =
  "metrics Alloy: nothing for each bucket, connection and target; what loki_write counts is this host's";
const containerLabels = "container logs have the labels of the document and no other";
const redaction = "container logs have what is redacted replaced, and so has the journal";
const journalService = "the journal an entry of a service has the service as unit, and no boot id";

const redact = (name: string, replacement: string): Rule => ({
  pipeline: "sinks",
  text: `\t\treplace    = "${replacement}"`,
  without: `\t\treplace    = "${name}"`,
  test: redaction,
});

/** Every rule that decides what is sent and under which labels. */
export const rules: Rule[] = [
  { pipeline: "host", text: `\trootfs_path = "/host/rootfs"\n`, test: hostLabels },
  {
    pipeline: "host",
    text: relabel([`target_label = "job"`, `replacement  = "integrations/node_exporter"`]),
    test: hostLabels,
  },
  {
    pipeline: "host",
    text: relabel([
      `target_label = "instance"`,
      `replacement  = encoding.from_json(local.file.host.content)["name"]`,
    ]),
    test: hostLabels,
  },
  {
    pipeline: "host",
    text: `\t\t"zfs",\n`,
    without: `\t\t"zfs",\n\t\t"pressure",\n`,
    test: collectors,
  },
  { pipeline: "host", text: `veth.*|docker.*|br-.*|lo`, without: "lo0", test: collectors },
  { pipeline: "host", text: "|overlay|", without: "|", test: collectors },
  {
    pipeline: "traefik",
    text: relabel([
      `source_labels = ["__name__"]`,
      `regex         = "traefik_.+_bucket"`,
      `action        = "drop"`,
    ]),
    test: "metrics Traefik: counts and sums, no buckets, its own labels",
  },
  {
    pipeline: "postgres",
    text: relabel([
      `source_labels = ["__name__"]`,
      `regex         = "pg_(stat|statio)_user_.+"`,
      `action        = "drop"`,
    ]),
    test: "metrics PostgreSQL: one target a database, no statistics by table",
  },
  ...[".+_bucket|", "net_conntrack_.+|", "alloy_fanout_.+|"].map(
    (text): Rule => ({ pipeline: "self", text, test: self }),
  ),
  {
    pipeline: "self",
    text: relabel([`source_labels = ["host"]`, `regex         = "(.+)"`, `target_label  = "sink"`]),
    test: self,
  },
  {
    pipeline: "github",
    text: `scrape_interval = "10m"`,
    without: `scrape_interval = "5m"`,
    test: "GitHub every 10 minutes is what the pipeline says",
  },
  {
    pipeline: "github",
    text: relabel([
      `source_labels = ["__tmp_host"]`,
      `regex         = encoding.from_json(local.file.host.content)["github"]["polling_host"]`,
      `action        = "keep"`,
    ]),
    test: "GitHub not at all on a host that another one polls for",
  },
  ...["container", "compose_service", "compose_project"].map(
    (label): Rule => ({
      pipeline: "containers",
      text: `\t\ttarget_label  = "${label}"`,
      without: `\t\ttarget_label  = "__tmp_${label}"`,
      test: containerLabels,
    }),
  ),
  {
    pipeline: "containers",
    text: `older_than          = "167h"`,
    without: `older_than          = "1670h"`,
    test: "container logs of 166 h are delivered, of 168 h dropped and counted, and their batch arrives",
  },
  {
    pipeline: "containers",
    text: relabel([
      `source_labels = ["container", "compose_project", "compose_service"]`,
      `regex         = encoding.from_json(local.file.host.content)["logs"]["exclude"]`,
      `action        = "drop"`,
    ]),
    test: "container logs of an excluded container or compose service never leave the host",
  },
  ...["<redacted>", "<bearer-token>", "<email-address>", "<ip-address>"].map((replacement) =>
    redact("{{ .Value }}", replacement),
  ),
  {
    pipeline: "journal",
    text: `\tmax_age       = "12h0m0s"\n`,
    without: `\tmax_age       = "24h0m0s"\n`,
    test: "the journal a fresh start reads the last 12 h and no more",
  },
  {
    pipeline: "journal",
    text: relabel([`source_labels = ["__journal__systemd_unit"]`, `target_label  = "unit"`]),
    test: journalService,
  },
  {
    pipeline: "journal",
    text: `regex         = "syslog;(.+)"`,
    without: `regex         = "nothing;(.+)"`,
    test: "the journal an entry of cron's session scope has its identifier as unit",
  },
  ...["syslog_identifier", "transport", "level"].map(
    (label): Rule => ({
      pipeline: "journal",
      text: `\t\ttarget_label  = "${label}"`,
      without: `\t\ttarget_label  = "__tmp_${label}"`,
      test: journalService,
    }),
  ),
  {
    pipeline: "journal",
    text: "session (opened|closed)",
    without: "session never",
    test: "the journal sessions of CRON and systemd-logind are dropped, their other lines kept",
  },
];

/** Rounds in each of which every test lacks at most one of its rules. */
export function rounds(all: readonly Rule[]): Rule[][] {
  const made: Rule[][] = [];
  for (const rule of all) {
    const free = made.find((round) => !round.some(({ test }) => test === rule.test));
    if (free) free.push(rule);
    else made.push([rule]);
  }
  return made;
}

/** A pipeline's text less a rule. Throws where the rule does not stand exactly once. */
export function withoutRule(text: string, rule: Rule): string {
  const parts = text.split(rule.text);
  if (parts.length === 2) return parts.join(rule.without ?? "");
  throw new Error(
    `${rule.pipeline}.alloy has ${parts.length - 1} times the rule of test/rules/rules.ts: ${rule.text.trim()}`,
  );
}
