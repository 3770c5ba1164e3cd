import { dashboard, hostVariable, labelVariable } from "./dashboard.ts";
import { graph, metrics, stat } from "./panels.ts";
import { databaseUp, POSTGRES } from "./queries.ts";

const CHOSEN = 'host=~"$host",job=~"$job"';
/** Of the databases in a server, those that people made. */
const OWN = `${CHOSEN},datname!~"template.*|postgres"`;

/** PostgreSQL as its exporters see it. */
export function postgres() {
  return dashboard({
    uid: "alloy-postgres",
    title: "Alloy: PostgreSQL",
    description: "The services' databases: whether they answer, what they do, how large they get.",
    variables: [
      hostVariable({ several: true }),
      labelVariable({
        name: "job",
        label: "Database",
        description: "postgres_NAME for each entry of a stack's list postgres.",
        selector: `up{${POSTGRES},host=~"$host"}`,
        several: true,
      }),
    ],
    rows: { Now: numbers(), Work: work(), Waiting: waiting() },
  });
}

function numbers() {
  return [
    stat({
      title: "Database up",
      description: "Whether each database answers its exporter, and the exporter answers Alloy.",
      queries: [metrics(databaseUp(`,${CHOSEN}`), "{{job}}")],
      words: { 0: { text: "down", color: "red" }, 1: { text: "up", color: "green" } },
      colours: { red: null, green: 1 },
    }),
    stat({
      title: "Connections",
      description: "Share of max_connections that is in use; at 100 % new ones are refused.",
      unit: "percentunit",
      decimals: 1,
      queries: [
        metrics(
          `sum by (job) (pg_stat_database_numbackends{${CHOSEN}}) / max by (job) (pg_settings_max_connections{${CHOSEN}})`,
          "{{job}}",
        ),
      ],
      colours: { green: null, yellow: 0.8, red: 0.95 },
    }),
    stat({
      title: "Size",
      description: "Bytes on disk of all databases in a server.",
      unit: "bytes",
      queries: [metrics(`sum by (job) (pg_database_size_bytes{${CHOSEN}})`, "{{job}}")],
    }),
  ];
}

const rate = (metric: string) =>
  `sum by (job) (rate(pg_stat_database_${metric}{${OWN}}[$__rate_interval]))`;

function work() {
  return [
    graph({
      title: "Transactions",
      description: "Transactions that were committed, and those that were rolled back.",
      unit: "suffix: /s",
      queries: [
        metrics(rate("xact_commit"), "{{job}} committed"),
        metrics(rate("xact_rollback"), "{{job}} rolled back"),
      ],
    }),
    graph({
      title: "Rows",
      description: "Rows that queries returned, and rows that were inserted, updated or deleted.",
      unit: "suffix: rows/s",
      queries: [
        metrics(rate("tup_returned"), "{{job}} returned"),
        metrics(
          `${rate("tup_inserted")} + ${rate("tup_updated")} + ${rate("tup_deleted")}`,
          "{{job}} written",
        ),
      ],
    }),
    graph({
      title: "Cache hit ratio",
      description:
        "Share of blocks that PostgreSQL found in its own cache. Below 95 %, shared_buffers may be too small.",
      unit: "percentunit",
      max: 1,
      min: undefined,
      queries: [
        metrics(`${rate("blks_hit")} / (${rate("blks_hit")} + ${rate("blks_read")})`, "{{job}}"),
      ],
    }),
  ];
}

function waiting() {
  return [
    graph({
      title: "Connections by state",
      description: "Idle in transaction holds locks: a program did not commit.",
      queries: [
        metrics(`sum by (job, state) (pg_stat_activity_count{${CHOSEN}}) > 0`, "{{job}} {{state}}"),
      ],
    }),
    graph({
      title: "Longest transaction",
      description: "Age of the oldest open transaction, without the exporter's own.",
      unit: "s",
      queries: [metrics(`max by (job) (pg_stat_activity_max_tx_duration{${OWN}})`, "{{job}}")],
    }),
    graph({
      title: "Conflicts",
      description:
        "Deadlocks, each of which aborted a transaction, and bytes that queries wrote to disk for lack of memory.",
      unit: "suffix: /s",
      queries: [
        metrics(rate("deadlocks"), "{{job}} deadlocks"),
        metrics(rate("temp_bytes"), "{{job}} bytes to disk"),
      ],
    }),
  ];
}
