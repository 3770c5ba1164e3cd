import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { settings } from "../../../config/schema.ts";
import { freePort } from "../../../lab/ports.ts";
import { until } from "../../../lab/processes.ts";
import { program } from "../../../lab/programs.ts";
import { parseLabels } from "../../../lab/stand-ins/grafana-cloud-logs/labels.ts";
import { decodePush } from "../../../lab/stand-ins/grafana-cloud-logs/push-request.ts";
import { alloyBundle, type HostFacts } from "../../../pipelines/alloy-bundle.ts";
import { logPrivacy } from "../../../pipelines/log-privacy.ts";
import { pipelineDirectory, pipelineFiles } from "../../../pipelines/pipeline-files.ts";
import { simulatedDocker } from "./simulated-docker.ts";

/** A line as it was pushed. */
interface Pushed {
  labels: Record<string, string>;
  line: string;
}

interface Wanted {
  pipelines: ("containers" | "journal")[];
  /** The setting `logs`. */
  logs?: object;
  journal?: string;
}

/** The real Alloy over the real log pipelines, between a simulated Docker and a sink that keeps what comes. */
export async function logAgent({ pipelines, logs = {}, journal = "/none" }: Wanted) {
  const directory = await mkdtemp(join(tmpdir(), "log-agent-"));
  const alloy = await program("alloy");
  const docker = await simulatedDocker();
  const sink = await keepingSink();
  const port = await freePort(22_345);
  await mkdir(join(directory, "secrets"));
  for (const name of ["metrics", "logs"])
    await writeFile(join(directory, "secrets", `${name}-password`), "secret");
  let running: ReturnType<typeof run> | undefined;

  function run() {
    const flags = [`--server.http.listen-addr=127.0.0.1:${port}`, "--disable-reporting"];
    const storage = `--storage.path=${join(directory, "data")}`;
    return execa(alloy, ["run", ...flags, storage, `${directory}/config/`], { reject: false });
  }

  /** Writes the files as they are deployed, but for where Docker, the secrets and the facts are. */
  async function configure(host: string): Promise<void> {
    const url = { url: sink.url, username: "1" };
    const facts: HostFacts = {
      name: host,
      sinks: { metrics: url, logs: url },
      journal: { path: journal },
      postgres: [],
      github: {
        repositories: [],
        polling_host: "",
        api_url: "",
        app: { id: 0, installation_id: 0 },
      },
      logs: logPrivacy(settings.shape.logs.parse(logs)),
    };
    const { files, version } = alloyBundle(pipelineFiles(pipelineDirectory, pipelines), facts);
    await rm(join(directory, "config"), { recursive: true, force: true });
    await mkdir(join(directory, "config"));
    const installed = join(directory, "versions", version);
    await mkdir(installed, { recursive: true });
    await writeFile(join(installed, "host.json"), files["host.json"] ?? "");
    for (const [name, text] of Object.entries(files)) {
      const here = text
        .replaceAll("alloy-docker-proxy:2375", docker.address)
        .replaceAll("/etc/alloy-secrets/", `${directory}/secrets/`)
        .replaceAll("/etc/alloy/versions/", `${directory}/versions/`)
        .replaceAll(/"[1-3]0s"/g, '"1s"');
      await writeFile(join(directory, "config", name), here);
    }
  }

  const agent = {
    docker,
    /** What has arrived. */
    arrived: sink.kept,
    /** Waits until there are so many lines. */
    async lines(count: number): Promise<string[]> {
      if (!(await until(async () => sink.kept.length >= count, 30))) {
        throw new Error(`${sink.kept.length} of ${count} lines arrived`);
      }
      return sink.kept.map(({ line }) => line);
    },
    async start(host = "nas"): Promise<void> {
      await configure(host);
      running = run();
      const ready = () =>
        fetch(`http://127.0.0.1:${port}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        );
      if (!(await until(ready, 30))) throw new Error((await running).stderr);
    },
    async reload(host: string): Promise<void> {
      await configure(host);
      const answer = await fetch(`http://127.0.0.1:${port}/-/reload`, { method: "POST" });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async stop(): Promise<void> {
      running?.kill();
      await running;
    },
    positionsFile: join(directory, "data/loki.source.docker.containers/positions.yml"),
    async positions(): Promise<string> {
      return readFile(agent.positionsFile, "utf8");
    },
    metrics: async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
    async [Symbol.asyncDispose](): Promise<void> {
      docker.close();
      sink.close();
      await agent.stop();
      await rm(directory, { recursive: true });
    },
  };
  return agent;
}

/** Takes every push. */
async function keepingSink() {
  const kept: Pushed[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    for (const { labels, entries } of decodePush(Buffer.concat(chunks)))
      for (const { line } of entries)
        kept.push({ labels: Object.fromEntries(parseLabels(labels)), line });
    response.writeHead(204).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { kept, close, url: `http://127.0.0.1:${port}/push` };
}
