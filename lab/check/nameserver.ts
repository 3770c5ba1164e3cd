import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** In the header of a DNS message: "this is an answer", and "there is no such name". */
const ANSWER = 0x80;
const NO_SUCH_NAME = 3;

/**
 * A name server that knows no name and says so at once. Without any, Docker's own passes the question for a
 * container that is stopped on to nobody, and who asked waits for 10 s and more: no real host is like that.
 */
export async function startNameserver(port: number): Promise<Socket> {
  const server = createSocket("udp4");
  server.on("message", (question, { port, address }) => {
    const answer = Buffer.from(question);
    answer[2] = (answer[2] ?? 0) | ANSWER;
    answer[3] = NO_SUCH_NAME;
    server.send(answer, port, address);
  });
  await once(server.bind(port, "127.0.0.1"), "listening");
  return server;
}
