import { createServer } from "node:net";

/** The preferred port if nothing listens on it, else any free one. */
export async function freePort(preferred: number): Promise<number> {
  const port = (await listenOnce(preferred)) ?? (await listenOnce(0));
  if (port === undefined)
    throw new Error(`No free port on this machine, not even for ${preferred}.`);
  return port;
}

/** The port if it can be listened on at every address, undefined if it is taken. */
async function listenOnce(port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((done, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? done(undefined) : failed(error),
    );
    server.listen(port, "0.0.0.0", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" ? address?.port : undefined));
    });
  });
}
