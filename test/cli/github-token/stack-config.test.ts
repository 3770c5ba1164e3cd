import { expect, test } from "vitest";
import { polledOf, polledRepositories } from "../../../cli/github-token/stack-config.ts";
import { stackFile } from "../../../lab/stack-file.ts";

const github = { repositories: ["me/one"], pollingHost: "svlnas" };

/** What `pulumi config --json` prints, which has no value of a secret. */
const printed = (changes: Record<string, unknown> = {}) => {
  const values = { host: { name: "svlnas" }, pipelines: ["host", "github"], github, ...changes };
  const entries = Object.entries(values).map(([name, objectValue]) => [
    `grafana-alloy:${name}`,
    { value: JSON.stringify(objectValue), objectValue, secret: false },
  ]);
  return { ...Object.fromEntries(entries), "grafana-alloy:githubToken": { secret: true } };
};

test("repositories and the API's address come from the stack; secrets are not decrypted", async () => {
  const calls: string[][] = [];
  const pulumi = {
    run: async (args: string[]) => {
      calls.push(args);
      return JSON.stringify(printed());
    },
    show: async () => {},
  };
  expect(await polledRepositories(pulumi, "svlnas")).toEqual({
    repositories: ["me/one"],
    apiUrl: "https://api.github.com",
  });
  expect(calls).toEqual([["config", "--json", "--stack", "svlnas"]]);
});

test("an own API is taken as it is", () => {
  const apiUrl = "https://github.example.org/api/v3";
  expect(polledOf(printed({ github: { ...github, apiUrl } }), "svlnas").apiUrl).toBe(apiUrl);
});

test("the committed stack file is understood", () => {
  expect(polledOf(printed(stackFile("svlnas")), "svlnas").repositories).toHaveLength(2);
});

test.each([
  [
    { pipelines: ["host"] },
    "Stack svlnas does not poll GitHub and needs no token: its pipelines do not list github, or github is missing.",
  ],
  [
    { github: undefined },
    "Stack svlnas does not poll GitHub and needs no token: its pipelines do not list github, or github is missing.",
  ],
  [
    { github: { ...github, pollingHost: "other" } },
    "Stack svlnas needs no token: other polls GitHub, not svlnas (github.pollingHost).",
  ],
  [
    { github: { ...github, repositories: ["one"] } },
    "Stack svlnas is not in order (github.repositories.0: must be owner/name): `pulumi preview --stack svlnas` says how to mend it.",
  ],
])("one sentence where no token is needed or the settings are wrong: %j", (changes, sentence) => {
  expect(() => polledOf(printed(changes), "svlnas")).toThrow(new Error(sentence));
});
