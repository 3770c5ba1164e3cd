import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen } from "../../../lab/stand-ins/listen.ts";

/** A container as Docker's API shows it, in what Alloy's discovery and its reader ask. */
export interface SimulatedContainer {
  id: string;
  name: string;
  labels?: Record<string, string>;
  /** What it has written; `undefined`: its log driver can't be read. */
  lines?: string[];
  /** IPv4 address by network. */
  networks?: Record<string, string>;
  ports?: number[];
}

/** Docker's API as far as Alloy uses it, SIMULATED: which containers run, and their logs. */
export async function simulatedDocker() {
  let containers: SimulatedContainer[] = [];
  const following = new Map<string, ServerResponse>();
  const writtenAt = new Date();
  const server = createServer((request, response) => answer(request, response));
  const { url, close } = await listen(server);

  function answer({ url = "", method }: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(url.replace(/^\/v[\d.]+/, ""), "http://docker");
    const [, id, what] = /^\/containers\/(\w+)\/(json|logs)$/.exec(pathname) ?? [];
    const container = containers.find((one) => one.id === id);
    response.setHeader("Api-Version", "1.41");
    if (pathname === "/_ping") response.end(method === "HEAD" ? undefined : "OK");
    else if (pathname === "/networks") json(response, networksOf(containers));
    else if (pathname === "/containers/json") json(response, containers.map(listed));
    else if (!container) json(response, { message: "No such container" }, 404);
    else if (what === "json") json(response, inspected);
    else sendLog(container, Number(searchParams.get("since") ?? 0), response);
  }

  /** Answers what is there since a second, and stays open as a container that runs. */
  function sendLog(
    { id, lines }: SimulatedContainer,
    since: number,
    response: ServerResponse,
  ): void {
    if (!lines) {
      json(response, { message: "configured logging driver does not support reading" }, 501);
      return;
    }
    following.set(id, response);
    response.flushHeaders();
    // The real one answers the lines of that second again, as positions have no smaller unit.
    if (since >= Math.floor(writtenAt.getTime() / 1000)) return;
    for (const line of lines)
      for (const frame of frames(writtenAt.toISOString(), line)) response.write(frame);
  }

  return {
    address: new URL(url).host,
    close,
    set containers(wanted: SimulatedContainer[]) {
      containers = wanted;
    },
    /** Writes a line of a container that is being read. */
    write(id: string, line: string): void {
      for (const frame of frames(new Date().toISOString(), line)) following.get(id)?.write(frame);
    },
  };
}

const inspected = {
  Config: { Tty: false },
  State: { Running: true, FinishedAt: "0001-01-01T00:00:00Z" },
};

/** Docker's frames of standard output: 16 KiB a piece at most, each with the time. */
function frames(time: string, line: string): Buffer[] {
  const bytes = Buffer.from(`${line}\n`);
  const pieces = Math.ceil(bytes.length / 16_384);
  return Array.from({ length: pieces }, (_, index) => {
    const piece = bytes.subarray(index * 16_384, (index + 1) * 16_384);
    const content = Buffer.concat([Buffer.from(`${time} `), piece]);
    const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt32BE(content.length, 4);
    return Buffer.concat([header, content]);
  });
}

function listed({
  id,
  name,
  labels = {},
  networks = { lab: "172.18.0.2" },
  ports = [],
}: SimulatedContainer) {
  const networkSettings = Object.entries(networks).map(([network, IPAddress]) => [
    network,
    { NetworkID: `id-of-${network}`, IPAddress },
  ]);
  return {
    Id: id,
    Names: [`/${name}`],
    Labels: labels,
    Ports: ports.map((port) => ({
      PrivatePort: port,
      PublicPort: port,
      Type: "tcp",
      IP: "0.0.0.0",
    })),
    HostConfig: { NetworkMode: Object.keys(networks)[0] },
    NetworkSettings: { Networks: Object.fromEntries(networkSettings) },
  };
}

function networksOf(containers: SimulatedContainer[]) {
  const names = containers.flatMap(({ networks }) => Object.keys(networks ?? { lab: "" }));
  return [...new Set(names)].map((name) => ({ Id: `id-of-${name}`, Name: name, Scope: "local" }));
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
