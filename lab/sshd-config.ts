/** Types of host keys; a server shows a client one key of each that it has. */
export type HostKeyType = "ecdsa" | "ed25519" | "rsa";

/** What Debian's package makes at its installation, as Ubuntu's and TrueNAS' do. */
export const DEBIAN_HOST_KEYS: readonly HostKeyType[] = ["ecdsa", "ed25519", "rsa"];

/** A host hardened as the usual guides say. */
export const HARDENED_HOST_KEYS: readonly HostKeyType[] = ["ed25519", "rsa"];

export interface SshdConfig {
  address: string;
  port: number;
  user: string;
  hostKeyFiles: string[];
  authorizedKeysFile: string;
  dockerHost: string;
  path: string;
  acceptEnv?: string;
}

/**
 * Key login alone: no passwords, no PAM, which in a container can't record the login. MaxStartups is
 * Debian's: of 40 logins at once about 13 are turned away, and who deploys has to live with that.
 */
export function sshdConfig(of: SshdConfig): string {
  return `${[
    `Port ${of.port}`,
    `ListenAddress ${of.address}`,
    ...of.hostKeyFiles.map((file) => `HostKey ${file}`),
    "PidFile none",
    `AllowUsers ${of.user}`,
    `AuthorizedKeysFile ${of.authorizedKeysFile}`,
    "AuthenticationMethods publickey",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "UsePAM no",
    // The key's directory may lie in one that the user's group can write to, as a clone's often does.
    "StrictModes no",
    "PrintMotd no",
    "LogLevel INFO",
    "MaxStartups 10:30:100",
    "Subsystem sftp internal-sftp",
    `SetEnv DOCKER_HOST=${of.dockerHost} PATH=${of.path}`,
    ...(of.acceptEnv ? [`AcceptEnv ${of.acceptEnv}`] : []),
  ].join("\n")}\n`;
}

/** What cloud images say to root, on standard output, before they wait 10 s and end with 142. */
export const cloudImageAnswer = (user: string) =>
  `Please login as the user "${user}" rather than the user "root".`;

/** A line of authorized_keys; with `loginAs` the key runs nothing but a cloud image's answer. */
export function authorizedKey(publicKey: string, loginAs?: string): string {
  if (!loginAs) return `${publicKey.trim()}\n`;
  const say = `echo '${cloudImageAnswer(loginAs).replaceAll('"', '\\"')}'`;
  const options = ["no-port-forwarding", "no-agent-forwarding", "no-X11-forwarding"];
  return `${[...options, `command="${say};echo;sleep 10;exit 142"`].join(",")} ${publicKey.trim()}\n`;
}
