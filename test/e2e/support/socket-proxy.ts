import type Docker from "dockerode";
import { demultiplex } from "../../../lab/doubles/docker/container-run.ts";

export interface Answer {
  status: number;
  body: string;
}

/** A request from within the proxy's own container, as it goes over the wire. */
export async function ask(
  proxy: Docker.Container,
  path: string,
  method = "GET",
  headers: string[] = [],
): Promise<Answer> {
  const lines = [`${method} ${path} HTTP/1.0`, "Host: docker", ...headers, "", ""];
  const answer = await printed(proxy, ["sh", "-c", asking(lines.join("\\r\\n"))]);
  const [head = "", ...rest] = answer.split("\r\n\r\n");
  return { status: Number(/^HTTP\/1\.\d (\d+)/.exec(head)?.[1]), body: rest.join("\r\n\r\n") };
}

/** The client's side stays open until the answer is complete: one that closes it wants no answer. */
const asking = (request: string) => `pipe=/run/request.$$
mkfifo $pipe
nc -w 10 127.0.0.1 2375 <$pipe &
exec 3>$pipe
rm $pipe
printf '${request}' >&3
wait`;

/** What a command in a container prints. */
export async function printed(container: Docker.Container, command: string[]): Promise<string> {
  const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return demultiplex(Buffer.concat(chunks));
}

/** All lines that a container has written. */
export async function logOf(container: Docker.Container): Promise<string[]> {
  const log = await container.logs({ stdout: true, stderr: true, follow: false });
  return demultiplex(log).split("\n").filter(Boolean);
}

/** Lines of HAProxy about requests: client, time, front end, back end, times, status and so on. */
export async function requestLines(proxy: Docker.Container): Promise<string[]> {
  return (await logOf(proxy)).filter((line) => / "(GET|HEAD|POST) \/\S* HTTP/.test(line));
}
