import { expect, test } from "vitest";
import { creationPage, instructions } from "../../../cli/github-token/page.ts";

const wanted = {
  stack: "svlnas",
  repositories: ["DevSecNinja/truenas-apps", "DevSecNinja/dotfiles"],
  apiUrl: "https://api.github.com",
  days: 90,
};
const today = new Date("2026-11-24T22:00:00Z");

test("GitHub's page is filled in with name, owner, end and what may be read", () => {
  const page = new URL(creationPage(wanted, today));
  expect(page.pathname).toBe("/settings/personal-access-tokens/new");
  expect(Object.fromEntries(page.searchParams)).toEqual({
    name: "alloy-svlnas-2026-11-24",
    description: "Read-only: Grafana Alloy polls statistics (stack svlnas)",
    target_name: "DevSecNinja",
    expires_in: "90",
    metadata: "read",
    issues: "read",
    pull_requests: "read",
  });
});

test("a name is no longer than GitHub takes it, and keeps its date", () => {
  const page = new URL(creationPage({ ...wanted, stack: "a".repeat(50) }, today));
  const name = page.searchParams.get("name") ?? "";
  expect(name).toHaveLength(40);
  expect(name.endsWith("-2026-11-24")).toBe(true);
});

test.each([
  ["https://api.github.com", "https://github.com/"],
  ["https://api.acme.ghe.com/", "https://acme.ghe.com/"],
  ["https://github.example.org/api/v3", "https://github.example.org/"],
  ["http://127.0.0.1:19481", "http://127.0.0.1:19481/"],
  ["https://api.example.org/api/v3", "https://api.example.org/"],
])("the website of %s is %s", (apiUrl, web) => {
  const page = creationPage({ ...wanted, apiUrl }, today);
  expect(page.startsWith(`${web}settings/`)).toBe(true);
});

test("the operator reads which repositories to select, and that a token covers one account's", () => {
  const repositories = ["me/a", "you/b", "me/c"];
  const lines = instructions({ ...wanted, repositories }, "https://page");
  expect(lines).toContain("  https://page");
  expect(lines).toContain(
    '1. Repository access: "Only select repositories", and of them me/a, you/b, me/c.',
  );
  const limit = "A token covers private repositories of one account: me's, not you's.";
  expect(lines.at(-1)).toBe(limit);
  expect(instructions(wanted, "https://page")).not.toContain(limit);
});
