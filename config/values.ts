import { createPrivateKey } from "node:crypto";
import { isIPv6 } from "node:net";
import { RE2JS } from "re2js";
import { z } from "zod";

/** Name of a Docker container or network, also usable as a label value. */
export const dockerName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_.-]*$/i,
    "must start with a letter or digit and hold only a-z 0-9 _ . -",
  );

/** Service of Docker Compose, in any project or in one. */
export const composeService = z
  .string()
  .regex(
    /^([a-z0-9][a-z0-9_-]*\/)?[a-z0-9][a-z0-9_.-]*$/i,
    "must be a compose service: service or project/service",
  );

/** Regular expression in the syntax of RE2, which Alloy uses; it must match something. */
export const regularExpression = z.string().superRefine((value, context) => {
  const reason = expressionFault(value);
  if (reason) context.addIssue({ code: "custom", message: reason });
});

function expressionFault(value: string): string | undefined {
  try {
    // What matches nothing at all would be replaced between any two characters.
    return RE2JS.compile(value).matcher("").find() ? "matches an empty text" : undefined;
  } catch (error) {
    const said = (error as Error).message.replace(/^error parsing regexp: /, "");
    return `is not a regular expression that Alloy accepts (RE2): ${said}`;
  }
}

/** DNS name or IP address, as an SSH client takes it: without a port and without brackets. */
export const hostName = z
  .string()
  .refine(
    (value) => isIPv6(value) || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(value),
    "must be a DNS name or an IP address",
  );

/** Absolute path on the host, without `..` and without a character that a shell or a mount would read. */
export const hostPath = z
  .string()
  .regex(/^(\/[\w.-]+)+$/, "must be an absolute path of letters, digits, `_`, `.` and `-`")
  .refine((path) => !path.split("/").includes(".."), "must not contain `..`");

/** ZFS dataset below a pool, as `zfs list` prints it. */
export const zfsDataset = z
  .string()
  .regex(
    /^[a-z0-9][\w.-]*(\/[a-z0-9][\w.-]*)+$/i,
    "must be a dataset below a pool, such as vm-pool/apps/services/alloy",
  );

/** Name of a system account, as `useradd` and TrueNAS both take it. */
export const accountName = z
  .string()
  .regex(/^[a-z_][a-z0-9_-]{0,31}$/, "must be an account name: a-z 0-9 _ -, at most 32 of them");

/** Image pinned by digest, or by the id of one that is on the host; a tag can change under a running host. */
export const pinnedImage = z
  .string()
  .regex(
    /^([\w.-]+(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?@)?sha256:[0-9a-f]{64}$/,
    "must be an image pinned by digest: name:tag@sha256:<64 hex digits>",
  );

/** Public key as `ssh-keyscan` prints it, without the host's name. */
export const sshPublicKey = z.string().superRefine((value, context) => {
  const reason = hostKeyFault(value);
  if (reason) context.addIssue({ code: "custom", message: reason });
});

/** The command provider asks for an RSA key as `ssh-rsa`, with SHA-1, which OpenSSH has not offered since 8.8. */
function hostKeyFault(value: string): string | undefined {
  if (value.startsWith("ssh-rsa ")) {
    return "is an RSA key, which Pulumi's command provider can't check; pin the Ed25519 or ECDSA one (if the host has none, as root: ssh-keygen -A, then restart sshd)";
  }
  return /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}$/.test(value)
    ? undefined
    : "must be a public key such as `ssh-ed25519 AAAA…`, without host name and comment";
}

/** RSA private key in PEM, as GitHub makes it for an app. */
export const rsaPrivateKey = z
  .string()
  .trim()
  .refine(isRsaPrivateKey, "must be an RSA private key in PEM: -----BEGIN RSA PRIVATE KEY----- …");

function isRsaPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    // Whatever OpenSSL says of it may quote it: that it is no key is all that is told.
    return false;
  }
}

/** IPv4 subnet in CIDR form whose address is the subnet's first one, /29 or larger, private. */
export const subnet = z.string().superRefine((value, context) => {
  const reason = subnetFault(value);
  if (reason) context.addIssue({ code: "custom", message: reason });
});

/** URL that is asked over HTTP. */
export const httpUrl = z.url({ protocol: /^https?$/ });

/** Subnet of IPv4 or IPv6 in CIDR form. */
export const cidr = z
  .string()
  .refine(
    (text) => z.cidrv4().safeParse(text).success || z.cidrv6().safeParse(text).success,
    "must be a subnet such as 203.0.113.7/32 or 2001:db8::/48",
  );

/** Private address ranges: first two octets' bounds and the shortest prefix that stays inside. */
const privateRanges = [
  { from: [10, 0], to: [10, 255], bits: 8 },
  { from: [172, 16], to: [172, 31], bits: 12 },
  { from: [192, 168], to: [192, 168], bits: 16 },
] as const;

/** Says what is wrong with a subnet, or nothing. */
function subnetFault(value: string): string | undefined {
  const octet = "(0|[1-9]\\d{0,2})";
  const match = new RegExp(`^${octet}\\.${octet}\\.${octet}\\.${octet}/(\\d{1,2})$`).exec(value);
  if (!match) return "must be an IPv4 subnet such as 172.30.100.8/29";
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  if ([a, b, c, d].some((part) => part > 255)) return "has an octet above 255";
  // Gateway, Traefik and Alloy need three of the usable addresses; a /30 has two.
  if (bits < 8 || bits > 29) return "must be between /8 and /29: three addresses are needed";
  const address = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  if (address % 2 ** (32 - bits) !== 0) return `is not the first address of a /${bits} subnet`;
  const isPrivate = privateRanges.some(
    ({ from, to, bits: least }) => a === from[0] && b >= from[1] && b <= to[1] && bits >= least,
  );
  return isPrivate ? undefined : "must be a private subnet (10/8, 172.16/12 or 192.168/16)";
}
