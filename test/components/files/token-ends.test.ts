import { expect, test } from "vitest";
import { tokenEnds } from "../../../components/files/token-ends.ts";

const more = { renewDays: 14, renew: "" };

test("a series for each token with an end, quotes in its name kept", () => {
  const text = tokenEnds([
    { name: 'the "first"', expiresAt: "2027-01-01T00:00:00Z", ...more },
    { name: "endless", ...more },
  ]);
  expect(text.split("\n").slice(2)).toEqual([
    'host_token_expiry_timestamp_seconds{token="the \\"first\\""} 1798761600',
    "",
  ]);
});
