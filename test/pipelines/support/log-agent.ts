import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settings } from "../../../config/schema.ts";
import { endProcess, until } from "../../../lab/processes.ts";
import { parseLabels } from "../../../lab/stand-ins/grafana-cloud-logs/labels.ts";
import { decodePush } from "../../../lab/stand-ins/grafana-cloud-logs/push-request.ts";
import { listen } from "../../../lab/stand-ins/listen.ts";
import { logPrivacy } from "../../../pipelines/log-privacy.ts";
import { install, startAlloy } from "./alloy.ts";
import { facts } from "./facts.ts";
import { simulatedDocker } from "./simulated-docker.ts";

/** A line as it was pushed. */
interface Pushed {
  labels: Record<string, string>;
  line: string;
}

/** Alloy with the pipeline of container logs, between a simulated Docker and a sink that keeps what comes. */
export async function logAgent({ logs = {} }: { logs?: object } = {}) {
  const work = await mkdtemp(join(tmpdir(), "log-agent-"));
  const docker = await simulatedDocker();
  const sink = await keepingSink();
  let alloy: Awaited<ReturnType<typeof startAlloy>> | undefined;

  const configure = (name: string) =>
    install({
      work,
      pipelines: ["containers"],
      facts: {
        ...facts,
        name,
        sinks: { ...facts.sinks, logs: { url: sink.url, username: "1" } },
        logs: logPrivacy(settings.shape.logs.parse(logs)),
      },
      instead: { "alloy-docker-proxy:2375": docker.address },
    });

  const agent = {
    docker,
    /** What has arrived. */
    arrived: sink.kept,
    sink: sink.door,
    /** Waits until there are so many lines. */
    async lines(count: number): Promise<string[]> {
      if (!(await until(async () => sink.kept.length >= count, 30))) {
        throw new Error(`${sink.kept.length} of ${count} lines arrived`);
      }
      return sink.kept.map(({ line }) => line);
    },
    async start(host = "nas"): Promise<void> {
      await configure(host);
      alloy = await startAlloy(work);
    },
    async reload(host: string): Promise<void> {
      await configure(host);
      const answer = await fetch(`${alloy?.url}/-/reload`, { method: "POST" });
      if (!answer.ok) throw new Error(await answer.text());
    },
    /** Replaces the token with which lines are pushed, as on a host. */
    async replaceToken(token: string): Promise<void> {
      const file = join(work, "secrets", "logs-password");
      await writeFile(`${file}.new`, token);
      await rename(`${file}.new`, file);
    },
    async stop(): Promise<void> {
      if (alloy) await endProcess(alloy.pid, 10);
      alloy = undefined;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all([docker.close(), sink.close(), agent.stop()]);
      await rm(work, { recursive: true });
    },
  };
  return agent;
}

/**
 * Takes every push with the token that it knows, unless it answers all of them with a status. Of a push with lines of
 * a container beyond a limit it takes the others, and answers 429, as Loki does.
 */
async function keepingSink() {
  const kept: Pushed[] = [];
  const door = {
    token: "",
    status: undefined as number | undefined,
    beyondLimit: undefined as string | undefined,
    refused: 0,
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const known = request.headers.authorization === `Basic ${btoa(`1:${door.token}`)}`;
    const status = door.status ?? (known ? undefined : 401);
    if (status !== undefined) {
      door.refused++;
      response.writeHead(status).end();
      return;
    }
    const pushed = decodePush(Buffer.concat(chunks)).flatMap(({ labels: text, entries }) => {
      const labels = Object.fromEntries(parseLabels(text));
      return entries.map(({ line }): Pushed => ({ labels, line }));
    });
    const taken = pushed.filter(({ labels }) => labels.container !== door.beyondLimit);
    kept.push(...taken);
    const whole = taken.length === pushed.length;
    if (!whole) door.refused++;
    response.writeHead(whole ? 204 : 429).end();
  });
  return { kept, door, ...(await listen(server)) };
}
