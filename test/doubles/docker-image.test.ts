import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { configureDocker } from "../../lab/doubles/docker/client.ts";
import { remoteImage } from "../../lab/doubles/docker/image.ts";

const NAME = "registry.example.net/none:1";
const dir = mkdtempSync(join(tmpdir(), "docker-image-"));
let socket: string;

/** What the engine answers to a pull. */
let pull: (response: ServerResponse) => void;
/** A stand-in of an engine that has no image, where no real registry can be made to fail like that. */
let engine: Server;

const message = (code: number, text: string) => (response: ServerResponse) =>
  response.writeHead(code).end(JSON.stringify({ message: text }));

beforeEach(async ({ task }) => {
  // One for each test: Node keeps the connections to a path.
  socket = join(dir, `${task.id}.sock`);
  engine = createServer(({ method, url }, response) => {
    if (url === "/_ping") return response.end("OK");
    if (url?.startsWith("/images/json")) return response.end("[]");
    if (method === "GET") return message(404, `No such image: ${NAME}`)(response);
    return pull(response);
  }).listen(socket);
  await once(engine, "listening");
});

afterEach(() => {
  engine.closeAllConnections();
  engine.close();
});

async function create(): Promise<unknown> {
  const client = await configureDocker({ host: `unix://${socket}` });
  const signal = new AbortController().signal;
  const context = { client, urn: "urn", signal, log: () => undefined };
  return remoteImage.create({ name: NAME }, context);
}

it.each([
  ["no such tag", 404, `manifest for ${NAME} not found: manifest unknown: manifest unknown`],
  ["a wrong log-in", 500, 'Head "https://registry.example.net/v2/none/manifests/1": unauthorized'],
])("hands on what the registry said of %s", async (_what, code, said) => {
  pull = message(code, said);
  await expect(create()).rejects.toThrow(
    `Unable to read Docker image into resource: unable to pull image ${NAME}: error pulling image ${NAME}: Error response from daemon: ${said}`,
  );
});

it("does not tell why a layer could not be pulled", async () => {
  pull = (response) => {
    response.write(`${JSON.stringify({ status: "Pulling from none", id: "1" })}\r\n`);
    response.end(`${JSON.stringify({ error: "no space left on device" })}\r\n`);
  };
  await expect(create()).rejects.toThrow(
    new Error(`Unable to read Docker image into resource: unable to find or pull image ${NAME}`),
  );
});

it("tells of an engine that does not answer in the words of Docker's client", async () => {
  engine.closeAllConnections();
  engine.close();
  await expect(configureDocker({ host: `unix://${socket}` })).rejects.toThrow(
    `Cannot connect to the Docker daemon at unix://${socket}. Is the docker daemon running?`,
  );
});
