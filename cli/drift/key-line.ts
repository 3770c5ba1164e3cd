import { WrongUsage } from "../shared/command-line.ts";

/** Name of the script on the host, which `ps` shows. */
export const SCRIPT = "drift";

/**
 * A line of `authorized_keys`: whatever a client with this key asks for, the host runs the script and nothing else.
 * Commands of other names are refused, so that none takes the script's output for its own. Throws `WrongUsage`.
 */
export function keyLine(script: string, publicKey: string): string {
  const key = publicKey.trim();
  if (!/^(ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+( .*)?$/.test(key)) {
    throw new WrongUsage("--key must name the file of one public key");
  }
  const text = `
case "\${SSH_ORIGINAL_COMMAND-}" in
  *" ${SCRIPT}") ;;
  *) echo "This key may only do what npm run drift does." >&2; exit 1 ;;
esac
${script.trim()}
`;
  // A line has no room for the script's own.
  return `restrict,command="echo ${Buffer.from(text).toString("base64")} | base64 -d | sh -eu" ${key}\n`;
}
