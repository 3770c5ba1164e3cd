import { pollsGithub, type VerifyFacts } from "../../telemetry/facts.ts";
import { selector } from "../../telemetry/queries.ts";
import { githubSilent, sendingLag, unhealthyComponents } from "./checks/agent.ts";
import type { Check } from "./checks/check.ts";
import { lossChecks } from "./checks/counters.ts";
import { diskSpace, unmeasuredDisks } from "./checks/disk-space.ts";
import { journalRead } from "./checks/journal-read.ts";
import { labelContract } from "./checks/label-contract.ts";
import { keptLines, logPrivacy } from "./checks/log-privacy.ts";
import { ownLogChecks } from "./checks/own-log.ts";
import { seriesBudget } from "./checks/series-budget.ts";
import { stateSetAside } from "./checks/set-aside.ts";
import { tokenEnd } from "./checks/token-end.ts";
import { walSeries } from "./checks/wal-series.ts";
import type { Result } from "./result.ts";

/** What is looked at once all signals are there or their time is up. `now` is what tokens end after. */
export function checksOf(facts: VerifyFacts, now: Date): Check[] {
  const { host, pipelines, tokens } = facts;
  return [
    ...(pipelines.includes("host") && pipelines.includes("journal") ? [labelContract(host)] : []),
    ...(pollsGithub(facts) ? [] : [githubSilent(host)]),
    seriesBudget(host),
    ...logPrivacy(facts),
    ...ownLogChecks(facts),
    ...(pipelines.includes("host")
      ? [diskSpace(host), unmeasuredDisks(host), stateSetAside(host)]
      : []),
    ...tokens.map((token) => tokenEnd(token, now)),
  ];
}

/** What Alloy says about itself and to nobody else; known only while its own metrics arrive. */
export function selfChecksOf(facts: VerifyFacts): Check[] {
  const { host, pipelines } = facts;
  const journal = pipelines.includes("journal");
  return [
    ...(journal ? [journalRead(host)] : []),
    ...lossChecks(host, { logs: journal || pipelines.includes("containers") }),
    ...keptLines(facts),
    sendingLag(host),
    walSeries(host),
    unhealthyComponents(host),
  ];
}

/** The one row that stands for all self checks when Alloy's own metrics do not arrive. */
export function selfUnknown({ host, pipelines }: VerifyFacts): Result {
  const unknown = "Refused batches, dropped lines and a silent journal can't be detected";
  const advice = pipelines.includes("self")
    ? `${unknown} until Alloy's own metrics arrive: see the row of Alloy itself.`
    : `${unknown}: add \`self\` to the pipelines of ${host}'s stack, then \`pulumi up\`.`;
  return {
    signal: "self-checks",
    title: "silent failures",
    query: selector("up", { job: "alloy", host }),
    count: 0,
    unit: "series",
    state: "warning",
    advice,
  };
}
