import {
  isCommand,
  isContainer,
  type PolicyResource,
  record,
  records,
  text,
  texts,
  titleOf,
} from "../resource.ts";
import type { Rule } from "../rule.ts";

/** Words of a name whose value is a secret. */
const secretWords =
  /^(token|password|passwd|passphrase|secret|credentials?|key|apikey|accesskey|privatekey|pat)s?$/i;

/** Words that end a name whose value says where a secret is, or is known to all. */
const harmlessWords = /^(file|path|dir|name|id|public)$/i;

/** How secrets of Grafana, GitHub, AWS, a JSON web token, a private key and a URL with a password begin. */
const secretValues = [
  /\bgl(c|sa)_\w{4,}/,
  /\bgithub_pat_\w{4,}/,
  /\bgh[pousr]_\w{4,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\beyJ[\w-]{10,}\.[\w-]{10,}\./,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i,
];

/** Everybody who reaches the Docker API reads all of a container's settings, and `ps` shows a command line. */
export const plainSecret: Rule = {
  name: "no-secret-in-plain-sight",
  description:
    "No environment variable, label or command line holds a secret: `docker inspect` and `ps` show them.",
  check: (resource) =>
    placesOf(resource)
      .filter(({ name, value }) => isSecret(name, value))
      .map(
        ({ where }) =>
          `${titleOf(resource)}: ${where} holds a secret, which \`docker inspect\` or \`ps\` shows. ` +
          "Write it to a file on the host over standard input (components/files/alloy-files.ts), and revoke the one that was shown.",
      ),
};

/** A text that others can read. */
interface Place {
  /** What a message calls it. */
  where: string;
  name: string;
  value: string;
}

function placesOf(resource: PolicyResource): Place[] {
  const { props } = resource;
  if (isContainer(resource)) {
    return [
      ...texts(props.envs).map((env) =>
        variable(env.split("=")[0] ?? "", env.slice(env.indexOf("=") + 1)),
      ),
      ...records(props.labels).map(({ label, value }) => ({
        where: `label ${label}`,
        name: text(label) ?? "",
        value: text(value) ?? "",
      })),
      ...["command", "entrypoints"].flatMap((key) =>
        texts(props[key]).map((word) => argument(key, word)),
      ),
    ];
  }
  if (!isCommand(resource)) return [];
  return [
    ...Object.entries(record(props.environment)).map(([name, value]) =>
      variable(name, text(value) ?? ""),
    ),
    ...["create", "update", "delete"].map((key) => argument(key, text(props[key]) ?? "")),
  ];
}

function variable(name: string, value: string): Place {
  return { where: `environment variable ${name}`, name, value };
}

/** A word of a command line: `--token=…` is named, any other is known by its value alone. */
function argument(key: string, word: string): Place {
  const [, name = "", value = word] = /^--?([\w-]+)=(.+)$/s.exec(word) ?? [];
  return { where: name ? `\`${key}\` with --${name}` : `\`${key}\``, name, value };
}

function isSecret(name: string, value: string): boolean {
  return value !== "" && (namesSecret(name) || secretValues.some((pattern) => pattern.test(value)));
}

function namesSecret(name: string): boolean {
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").split(/[^a-z0-9]+/i);
  return (
    words.some((word) => secretWords.test(word)) && !words.some((word) => harmlessWords.test(word))
  );
}
