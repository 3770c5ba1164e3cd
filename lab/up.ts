import { columns } from "../cli/shared/table.ts";
import { queryLogs, queryMetrics } from "../cli/verify/sink-queries.ts";
import { dockerClient } from "./docker-engine.ts";
import { sentSince } from "./fresh-data.ts";
import { type Lab, startLab } from "./lab.ts";
import { startLive } from "./live/start.ts";
import { say, step } from "./progress.ts";
import { inLab } from "./settings.ts";
import { stackFile } from "./stack-file.ts";
import { joinFrontend } from "./world.ts";

/** Deploys the `local` stack to a host on this machine and waits until the agent has sent something since. */
export async function up(): Promise<void> {
  const lab = await startLab();
  try {
    const stack = await lab.stack("local", inLab(stackFile("local"), lab.facts));
    await step("pulumi up --stack local", () => stack.up({ onOutput: showChange }));
    const updated = Date.now();
    await joinFrontend(lab.docker);
    const agent = { docker: dockerClient(lab.docker.host), world: lab.world, host: "local" };
    const [page] = await Promise.all([
      startLive(lab.world),
      step("waiting for new samples and log lines", () => sentSince(agent, updated)),
    ]);
    process.stdout.write(await summary(lab, page));
  } finally {
    await lab.close();
  }
}

/** Of the engine's output, the lines that say what changes or fails. */
function showChange(output: string): void {
  for (const line of output.split("\n")) {
    if (/^ (\+|~|-|\+-|\+\+|--) |error|warning/.test(line)) say(`  ${line.trim()}`);
  }
}

/** What runs and where to look, for the terminal. */
async function summary({ docker, world }: Lab, page: string): Promise<string> {
  const series = await queryMetrics(world.metrics, 'count by (job) ({host="local"})');
  const streams = await queryLogs(world.logs, '{host="local"}');
  const jobs = new Set(streams.map(({ labels }) => labels.job ?? ""));
  const rows = [
    ["signal", "now", "where to look"],
    ...series
      .sort((a, b) => b.value - a.value)
      .map(({ labels, value }) => [
        `metrics ${labels.job}`,
        `${value} series`,
        `{job="${labels.job}"}`,
      ]),
    ...[...jobs].map((job) => [
      `logs ${job}`,
      `${streams.filter(({ labels }) => labels.job === job).length} lines`,
      `{host="local",job="${job}"}`,
    ]),
  ];
  const login = ({ username, password }: { username: string; password: string }) =>
    `${username}:${password}`;
  return [
    "",
    ...columns(rows),
    "",
    `Docker      ${docker.host}  (alloy, alloy-docker-proxy, alloy-init)`,
    `Prometheus  ${world.metrics.queryUrl}/api/v1/query  user ${login(world.metrics)}`,
    `Grafana Cloud Logs (stand-in)  ${world.logs.queryUrl}/loki/api/v1/query_range  user ${login(world.logs)}`,
    `Dashboards  ${page}  (what Grafana Cloud would show, drawn by the lab)`,
    "make down removes all of it.",
    "",
  ].join("\n");
}
