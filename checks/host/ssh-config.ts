import { execa } from "execa";
import type { Fault } from "../../config/faults.ts";
import type { SshConnection } from "../../config/schema.ts";
import { setTo } from "./check.ts";

/** What OpenSSH does of an address by the configuration of this machine: `ssh -G`. */
export async function sshConfigOf({ address }: SshConnection): Promise<string> {
  const { stdout = "" } = await execa("ssh", ["-G", "--", address], {
    reject: false,
    timeout: 10_000,
  });
  return stdout;
}

/** The fault of an address that only this machine's SSH configuration can reach; undefined for any other. */
export function sshConfigFault(
  printed: string,
  { address, port }: SshConnection,
  stack: string,
): Fault | undefined {
  const value = (key: string) => new RegExp(`^${key} (.+)$`, "m").exec(printed)?.[1];
  const name = value("hostname") ?? address;
  const realPort = Number(value("port") ?? port);
  const jump = value("proxyjump") ?? value("proxycommand");
  const otherPort = realPort !== 22 && realPort !== port;
  if (!jump && name.toLowerCase() === address.toLowerCase() && !otherPort) return undefined;
  const set = (field: string, to: string) => setTo(stack, `host.connection.${field}`, to);
  const to = `${name}:${otherPort ? realPort : port}`;
  const reason =
    `is ${address}, which ~/.ssh/config maps to ${to}${jump ? ` through ${jump}` : ""}; ` +
    "Pulumi's command provider does not read that file";
  const direct = [
    ...(name === address ? [] : [set("address", name)]),
    ...(otherPort ? [set("port", `${realPort}`)] : []),
  ];
  const tunnel = `keep a tunnel open: ssh -N -L 2222:localhost:${otherPort ? realPort : port} ${address}; then`;
  const fix = jump
    ? `${tunnel} ${set("address", "127.0.0.1")} && ${set("port", "2222")}`
    : direct.join(" && ");
  return { path: "host.connection.address", reason, fix };
}
