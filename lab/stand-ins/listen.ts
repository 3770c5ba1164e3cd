import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Has a stand-in's server listen, on loopback and a free port unless told; its URL has no slash at its end. */
export async function listen(
  server: Server,
  { host = "127.0.0.1", port = 0 } = {},
): Promise<{ url: string; close(): Promise<void> }> {
  await new Promise<void>((done) => server.listen(port, host, done));
  const { port: listening } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((done) => server.close(() => done()));
  };
  return { url: `http://${host}:${listening}`, close };
}
