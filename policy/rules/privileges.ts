import { exceptions } from "../../components/agent/hardening.ts";
import {
  containerName,
  isContainer,
  list,
  type Props,
  record,
  texts,
  titleOf,
  unknown,
} from "../resource.ts";
import type { Rule } from "../rule.ts";

/** What would give a container more of its host than the baseline does. */
const openings: { is(props: Props): boolean; what: string; fix: string }[] = [
  {
    is: ({ privileged }) => privileged === true,
    what: "is privileged",
    fix: "Remove `privileged`",
  },
  ...(["pidMode", "ipcMode", "usernsMode"] as const).map((mode) => ({
    is: (props: Props) => props[mode] === "host",
    what: `shares the host's namespace (${mode})`,
    fix: `Remove \`${mode}\``,
  })),
  {
    is: ({ devices }) => list(devices).length > 0,
    what: "has devices of the host",
    fix: "Remove `devices`",
  },
  {
    is: ({ securityOpts }) =>
      texts(securityOpts).some((opt) => /[:=](unconfined|disable)$/.test(opt)),
    what: "is not confined by seccomp, AppArmor or SELinux",
    fix: "Remove that from `securityOpts`",
  },
  {
    is: ({ securityOpts }) =>
      securityOpts !== unknown &&
      !texts(securityOpts).some((opt) => /^no-new-privileges([:=]true)?$/.test(opt)),
    what: "may gain privileges through set-user-ID programs",
    fix: 'Add "no-new-privileges=true" to `securityOpts`',
  },
];

export const privileges: Rule = {
  name: "no-privilege",
  description:
    "No container is privileged, shares a namespace with its host, has devices or can gain privileges.",
  check(resource) {
    if (!isContainer(resource)) return [];
    return openings
      .filter(({ is }) => is(resource.props))
      .map(
        ({ what, fix }) =>
          `${titleOf(resource)}: ${what}. ${fix}: \`hardened()\` of components/agent/hardening.ts is the baseline.`,
      );
  },
};

/** A capability is given back only with a reason, which stands in components/agent/hardening.ts. */
export const capabilities: Rule = {
  name: "capability-reason",
  description:
    "All capabilities are dropped; what is added has its reason in components/agent/hardening.ts.",
  check(resource) {
    if (!isContainer(resource) || resource.props.capabilities === unknown) return [];
    const { drops, adds } = record(resource.props.capabilities);
    const title = titleOf(resource);
    const reasons = exceptions[containerName(resource)]?.capabilities ?? {};
    const kept = drops === unknown || texts(drops).includes("ALL");
    return [
      ...(kept
        ? []
        : [
            `${title}: keeps Docker's default capabilities. Set \`capabilities.drops\` to ["ALL"].`,
          ]),
      ...texts(adds)
        .map((name) => `CAP_${name.replace(/^CAP_/, "")}`)
        .filter((name) => !reasons[name])
        .map(
          (name) =>
            `${title}: adds ${name} without a reason. ` +
            "Remove it, or give its reason in `exceptions` of components/agent/hardening.ts.",
        ),
    ];
  },
};
