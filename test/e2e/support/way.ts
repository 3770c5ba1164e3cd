import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "../../../lab/ports.ts";

/** A way to a port of this machine that can be closed: then what listens there is away. */
export interface Way {
  port: number;
  open(): Promise<void>;
  close(): void;
}

/** An open way; its port is outside the range from which the system gives ports to others. */
export async function wayTo(port: number): Promise<Way> {
  const way = await freePort(19_431);
  const sockets = new Set<Socket>();
  let server: Server;
  const open = async () => {
    server = createServer((near) => {
      const far = connect(port, "127.0.0.1");
      sockets.add(near).add(far);
      near.on("error", () => far.destroy()).pipe(far);
      far.on("error", () => near.destroy()).pipe(near);
    });
    await new Promise<void>((done) => server.listen(way, "127.0.0.1", done));
  };
  await open();
  return {
    port: way,
    open,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
  };
}
