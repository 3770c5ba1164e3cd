import { RE2JS } from "re2js";
import type { Settings } from "../config/schema.ts";
import type { RedactPattern } from "../telemetry/names.ts";

/**
 * What stays on the host, as RE2 expressions. `exclude` is matched as a whole against
 * `container;compose_project;compose_service`. Of the others, what their groups match is replaced.
 */
export interface LogPrivacyFacts {
  exclude: string;
  redact: Record<RedactExpression, string>;
}

/** As in `pipelines/sinks.alloy`, where each has its replacement. */
type RedactExpression = "expressions" | "bearer_tokens" | "email_addresses" | "ip_addresses";

/** Matches no text at all: RE2 has no class with fewer characters. */
export const NOTHING = "[^\\x00-\\x{10FFFF}]";

/** The stack's settings as the expressions that the pipelines read. */
export function logPrivacy({ exclude, redact }: Settings["logs"]): LogPrivacyFacts {
  const named = (pattern: RedactPattern) =>
    redact.patterns.includes(pattern) ? patterns[pattern] : NOTHING;
  return {
    exclude: [
      ...exclude.containers.map((name) => `${literal(name)};.*`),
      ...exclude.composeServices.map((service) => `.*;${composeService(service)}`),
    ].join("|"),
    redact: {
      expressions: redact.expressions.map(grouped).join("|") || NOTHING,
      bearer_tokens: named("bearerTokens"),
      email_addresses: named("emailAddresses"),
      ip_addresses: named("ipAddresses"),
    },
  };
}

/** `service` of any project, or of the one named before a slash. */
function composeService(name: string): string {
  const [service = "", project] = name.split("/").reverse();
  return `${project === undefined ? ".*" : literal(project)};${literal(service)}`;
}

/** Names have no other character that an expression would read. */
function literal(name: string): string {
  return name.replaceAll(".", "[.]");
}

/** An expression that has groups keeps what is outside of them; flags in it end with it. */
function grouped(expression: string): string {
  return RE2JS.compile(expression).groupCount() > 0 ? `(?:${expression})` : `(${expression})`;
}

const octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const ipv4 = `(?:${octet}\\.){3}${octet}`;
const hextet = "[0-9A-Fa-f]{1,4}";
const last = `(?:${ipv4}|${hextet}\\b)`;
/** All eight parts; a gap inside; a gap first; a gap last, after which nothing of a name may follow. */
const ipv6 = [
  `(?:${hextet}:){6}(?:${ipv4}|${hextet}:${hextet}\\b)`,
  `(?:${hextet}:){1,6}:(?:${hextet}:){0,5}${last}`,
  `::(?:${hextet}:){0,6}${last}`,
];
const ipv6Open = `(?:${hextet}:){1,7}:`;
/** A word before a colon that can't be part of the address: `client:`, `inet6:`. */
const word = "\\w*[g-zG-Z_]\\w*:";

/**
 * RE2 can't look back: what must stand before an address is matched outside of its group. Times, MAC
 * addresses and names such as `std::add` are no addresses; a version of four numbers looks like one.
 */
const patterns: Record<RedactPattern, string> = {
  ipAddresses: [
    `(?:^|[^\\w:.]|${word})(?:(${ipv6.join("|")})|(${ipv6Open})(?:[^\\w:]|$))`,
    `(?:^|[^0-9.]|[A-Za-z_-][.])(${ipv4})`,
  ].join("|"),
  emailAddresses: "([\\w.%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+)",
  bearerTokens: "(?i:\\bbearer)[\\s:=]+([\\w.~+/=-]{8,})",
};
