import { join } from "node:path";
import packages from "../../../package.json" with { type: "json" };
import { repoDir } from "../../paths.ts";
import { buildImage } from "../archive.ts";
import { LIBRARIES } from "../debian.ts";
import { debianLayer, filesLayer } from "../layers.ts";
import { baseLayer, busyboxLayer } from "../shared-layers.ts";
import { busyboxVersion, shell } from "./agent.ts";

/** `nodejs` of npm's package `node`, which the repository's scripts run with too. */
const NODE = join(repoDir, "node_modules/node");

/** PostgreSQL and a shell to set it up with. */
export async function postgresImage() {
  const keep = new RegExp(`^postgresql-\\d+$|${LIBRARIES.source}`);
  const postgres = await debianLayer({ name: "postgres", packages: ["postgresql"], keep });
  const data = await filesLayer([{ path: "var/lib/postgresql", uid: 70 }]);
  const layers = [await baseLayer(), postgres, await busyboxLayer(), data];
  return buildImage("postgres", serverVersion(postgres.versions), layers, {
    Env: shell().Env,
    ExposedPorts: { "5432/tcp": {} },
  });
}

function serverVersion(versions: Record<string, string>): string {
  const server = Object.keys(versions).find((name) => /^postgresql-\d+$/.test(name));
  return (server && versions[server]) ?? "unknown";
}

/**
 * Debian's exporter is 0.11: the statistics of single tables, which later ones collect by themselves
 * and the service drops, are queries here.
 */
export async function postgresExporterImage() {
  const name = "prometheus-postgres-exporter";
  const exporter = await debianLayer({
    name: "postgres-exporter",
    packages: ["prometheus-postgres-exporter"],
    keep: /^$/,
  });
  const queries = await filesLayer([{ path: QUERIES_FILE, content: tableQueries() }]);
  const layers = [await baseLayer(), exporter, queries];
  return buildImage("postgres-exporter", exporter.versions[name] ?? "", layers, {
    Entrypoint: [`/usr/bin/${name}`],
    Env: [`PG_EXPORTER_EXTEND_QUERY_PATH=/${QUERIES_FILE}`],
    User: "65534:65534",
    ExposedPorts: { "9187/tcp": {} },
  });
}

const QUERIES_FILE = "etc/postgres-exporter/queries.json";

const TABLE_COUNTERS = {
  pg_stat_user_tables: ["seq_scan", "idx_scan", "n_tup_ins", "n_live_tup", "n_dead_tup"],
  pg_statio_user_tables: ["heap_blks_read", "heap_blks_hit", "idx_blks_read", "idx_blks_hit"],
};

/** The exporter's query file: YAML, of which JSON is a part. */
function tableQueries(): string {
  const labels = ["datname", "schemaname", "relname"];
  const metric = (usage: string) => (column: string) => ({
    [column]: { usage, description: column },
  });
  const queries = Object.entries(TABLE_COUNTERS).map(([view, counters]) => {
    const columns = ["schemaname", "relname", ...counters].join(", ");
    const query = `SELECT current_database() AS datname, ${columns} FROM ${view}`;
    const metrics = [...labels.map(metric("LABEL")), ...counters.map(metric("COUNTER"))];
    return [view, { query, metrics }];
  });
  return JSON.stringify(Object.fromEntries(queries), null, 2);
}

/** Node alone; a stand-in's program comes with its container. */
export async function nodeImage() {
  const libraries = await debianLayer({ name: "node", packages: ["libstdc++6"], keep: /^$/ });
  const node = await filesLayer([
    { path: "usr/bin/node", mode: 0o755, source: join(NODE, "bin/node") },
  ]);
  const layers = [await baseLayer(), libraries, node];
  return buildImage("node", packages.devDependencies.node, layers, { Env: ["PATH=/usr/bin"] });
}

export async function busyboxImage() {
  const busybox = await busyboxLayer();
  return buildImage("busybox", busyboxVersion(busybox.versions), [busybox], shell());
}
