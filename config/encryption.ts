import type { Fault, FaultMaker } from "./faults.ts";
import type { Raw } from "./read-raw.ts";

/** Settings with the URL of somebody who is sent a password or a token. */
const urls = [
  ["sinks", "metrics", "url"],
  ["sinks", "metrics", "queryUrl"],
  ["sinks", "logs", "url"],
  ["sinks", "logs", "queryUrl"],
  ["grafanaCloud", "apiUrl"],
  ["github", "apiUrl"],
];

/** Credentials leave this machine encrypted, but for the hosts that the stack names. */
export function encryptionFaults(raw: Raw, make: FaultMaker): Fault[] {
  const hosts = Array.isArray(raw.unencryptedHosts) ? [...raw.unencryptedHosts] : [];
  const allowed = [...hosts];
  return urls.flatMap((path) => {
    const host = plainHost(valueAt(raw, path));
    if (host === undefined || isThisMachine(host) || allowed.includes(host)) return [];
    if (!hosts.includes(host)) hosts.push(host);
    const reason = `sends credentials to ${host} unencrypted: use https, or name the host as an exception`;
    return [make.fault(path, reason, make.set(["unencryptedHosts", hosts.indexOf(host)], host))];
  });
}

/** Who is spoken to without encryption, if so. What is no URL is the schema's to refuse. */
function plainHost(url: unknown): string | undefined {
  if (typeof url !== "string" || !URL.canParse(url)) return undefined;
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" ? hostname : undefined;
}

function isThisMachine(host: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(host);
}

function valueAt(raw: Raw, path: string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Raw | undefined)?.[key], raw);
}
