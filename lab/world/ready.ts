import type Docker from "dockerode";
import { ask, basic } from "../../http/ask.ts";
import { until } from "../processes.ts";
import { lastLines } from "./containers.ts";
import { addressIn, LAB_LABEL } from "./networks.ts";
import { DATABASES, exporterName } from "./postgres.ts";
import { LAB_NETWORK, type Sink } from "./sinks.ts";
import { TRAEFIK } from "./stand-ins.ts";

/** PostgreSQL's first start takes 5 s on an idle machine; a busy one needs a multiple. */
const READY_SECONDS = 90;

interface Check {
  container: string;
  url: string;
  login?: Sink;
  /** What the answer has to contain. */
  expect?: string;
}

/** Waits until every part of the world answers with what it is there for. */
export async function waitForWorld(
  docker: Docker,
  { metrics, logs }: { metrics: Sink; logs: Sink },
  github: { callsUrl: string },
): Promise<void> {
  const at = async (container: string, port: number) => {
    const address = await addressIn(docker, container, LAB_NETWORK.name);
    return { container, url: `http://${address}:${port}/metrics` };
  };
  const exporters = DATABASES.map(async (database) => ({
    ...(await at(`lab-${exporterName(database)}`, 9187)),
    expect: "\npg_up 1\n",
  }));
  const prometheus = `${metrics.queryUrl}/api/v1/query?query=1`;
  const cloudLogs = `${logs.queryUrl}/loki/api/v1/query_range?query={job="docker"}`;
  const checks: Check[] = [
    { container: "lab-prometheus", url: prometheus, login: metrics },
    { container: "lab-grafana-cloud-logs", url: cloudLogs, login: logs },
    { container: "lab-github-stand-in", url: github.callsUrl },
    await at(TRAEFIK, 8082),
    ...(await Promise.all(exporters)),
  ];
  await Promise.all(checks.map((check) => waitFor(docker, check)));
}

/** A token that the gateway is asked with, and what it may do there. */
export interface Login {
  token: string;
  writes: boolean;
  reads: boolean;
}

/** Waits until the gateway lets each token do what it may, and nothing else. */
export async function waitForLogins(sink: Sink, logins: Login[]): Promise<void> {
  const settled = async () => {
    const answers = logins.flatMap(({ token, writes, reads }) => [
      isTaken(sink, token, "POST", "/api/v1/write").then((taken) => taken === writes),
      isTaken(sink, token, "GET", "/api/v1/query?query=1").then((taken) => taken === reads),
    ]);
    return (await Promise.all(answers)).every(Boolean);
  };
  if (await until(settled, READY_SECONDS)) return;
  throw new Error("The gateway of the sinks does not let in who it should, and nobody else.");
}

/** Whether the gateway lets a token in; nothing while it reads its files again, when a connection may just end. */
function isTaken({ queryUrl, username }: Sink, token: string, method: string, path: string) {
  const headers = { authorization: basic({ username, password: token }) };
  return ask(`${queryUrl}${path}`, { method, headers, seconds: 5 }).then(({ status }) =>
    status === 0 ? undefined : status !== 401,
  );
}

async function waitFor(docker: Docker, check: Check): Promise<void> {
  let last = "";
  const settled = async () => {
    last = await fault(check);
    return last === "" || (await firstStopped(docker)) !== undefined;
  };
  await until(settled, READY_SECONDS);
  if (last === "") return;
  const culprit = (await firstStopped(docker)) ?? check.container;
  const log = await lastLines(docker, culprit);
  throw new Error(
    `${check.container} is not ready (${check.url}: ${last}). The last lines of ${culprit}:\n${log}`,
  );
}

/** A container of the lab that ended: waiting longer is useless then. */
async function firstStopped(docker: Docker): Promise<string | undefined> {
  const filters = { label: [`${LAB_LABEL}=true`], status: ["exited", "dead"] };
  const [stopped] = await docker.listContainers({ all: true, filters });
  return stopped?.Names[0]?.slice(1);
}

/** What is wrong with an answer; nothing when it is as expected. */
async function fault({ url, login, expect }: Check): Promise<string> {
  const headers = login && { authorization: basic(login) };
  const answer = await ask(url, { headers, seconds: 5 });
  if (answer.status === 0) return answer.reason;
  if (answer.status !== 200) return `status ${answer.status}`;
  return !expect || answer.text.includes(expect)
    ? ""
    : `no ${JSON.stringify(expect)} in the answer`;
}
