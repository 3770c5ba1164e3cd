import type { Token } from "../../../telemetry/facts.ts";
import type { Check, Finding } from "./check.ts";

/** One day, in ms. */
const DAY = 86_400_000;

/** How many days a token has left at `now`. Known without asking a sink. */
export function tokenEnd(token: Token, now: Date): Check {
  const slug = token.name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return {
    id: `token-${slug.replace(/^-|-$/g, "")}`,
    title: `token ${token.name}`,
    unit: "days",
    judge: () => finding(token, now),
  };
}

function finding({ expiresAt, renewDays, renew }: Token, now: Date): Finding {
  if (expiresAt === undefined) return { count: 0, detail: "its expiry is not known" };
  const end = new Date(expiresAt);
  const date = end.toISOString().slice(0, 10);
  const left = (end.getTime() - now.getTime()) / DAY;
  const count = Math.max(0, Math.floor(left));
  if (left <= 0) return { count, state: "expired", advice: `It expired on ${date}: ${renew}` };
  if (count >= renewDays) return { count, detail: `it expires on ${date}` };
  const advice = `It expires on ${date}, in ${days(count)}: ${renew}`;
  return { count, state: "warning", advice };
}

function days(count: number): string {
  if (count === 0) return "less than a day";
  return count === 1 ? "1 day" : `${count} days`;
}
