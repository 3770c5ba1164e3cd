import { records, text, texts, titleOf, types, unknown } from "../resource.ts";
import type { Rule } from "../rule.ts";

/** What a host's token may do, and what the operator's for `verify` may. */
const allowed = [
  ["metrics:write", "logs:write"],
  ["metrics:read", "logs:read"],
];

/** A token that leaks gives away what its policy allows: one direction, one Grafana Cloud stack. */
export const accessPolicy: Rule = {
  name: "access-policy",
  description: "Tokens of Grafana Cloud either write or read metrics and logs, of one stack.",
  check(resource) {
    if (resource.type !== types.accessPolicy) return [];
    const { scopes, realms } = resource.props;
    return [
      ...(scopes === unknown || isNarrow(texts(scopes))
        ? []
        : [
            `${titleOf(resource)}: has the scopes ${texts(scopes).join(", ") || "of nothing"}. ` +
              "Set `scopes` to metrics:write and logs:write for a host, metrics:read and logs:read for verify.",
          ]),
      ...(realms === unknown || isOneStack(realms)
        ? []
        : [
            `${titleOf(resource)}: is not limited to one Grafana Cloud stack. ` +
              'Set `realms` to [{ type: "stack", identifier: <id of the stack> }].',
          ]),
    ];
  },
};

function isNarrow(scopes: string[]): boolean {
  return scopes.length > 0 && allowed.some((set) => scopes.every((scope) => set.includes(scope)));
}

function isOneStack(realms: unknown): boolean {
  const [realm, ...others] = records(realms);
  if (!realm || others.length > 0) return false;
  return realm.type === "stack" && (realm.identifier === unknown || !!text(realm.identifier));
}
