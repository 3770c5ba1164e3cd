import { createSocket } from "node:dgram";
import { execa } from "execa";

export interface HostNetwork {
  /** A network device of the host that no container has. */
  device: string;
  /** Sends at least so many bytes through it, outside any container. */
  send(bytes: number): Promise<void>;
  remove(): Promise<void>;
}

/** Nothing answers in this network of the documentation's addresses, and nothing has to. */
const ADDRESS = "192.0.2.1/24";
const NEIGHBOUR = "192.0.2.2";
const DATAGRAM = Buffer.alloc(1000);

const ip = (...args: string[]) => execa("ip", args);

/** A device that takes what is sent to it, as a host has its network card. */
export async function hostNetwork(): Promise<HostNetwork> {
  const device = "lan";
  const remove = () => execa("ip", ["link", "delete", device], { reject: false });
  await remove();
  await ip("link", "add", device, "type", "veth", "peer", "name", `${device}-peer`);
  await ip("address", "add", ADDRESS, "dev", device);
  for (const end of [device, `${device}-peer`]) await ip("link", "set", end, "up");
  await ip("neighbour", "add", NEIGHBOUR, "lladdr", "02:00:00:00:00:02", "dev", device);
  return {
    device,
    async send(bytes) {
      const socket = createSocket("udp4");
      for (let sent = 0; sent < bytes; sent += DATAGRAM.length) {
        await new Promise((done) => socket.send(DATAGRAM, 9, NEIGHBOUR, done));
      }
      socket.close();
    },
    remove: async () => void (await remove()),
  };
}
