import { expect, test } from "vitest";
import { polledRepositories } from "../../../cli/github-token/stack-config.ts";
import { printedConfig } from "../../support/printed-config.ts";
import { completed } from "../../support/stack-files.ts";

const github = { repositories: ["me/one"], pollingHost: "svlnas" };

/** What the command takes from the committed stack file with changes, and how it asked. */
async function polled(changes: Record<string, unknown>) {
  const calls: string[][] = [];
  const run = async (args: string[]) => {
    calls.push(args);
    return printedConfig({ ...completed("svlnas"), ...changes });
  };
  const found = await polledRepositories({ run, show: async () => {} }, "svlnas");
  return { ...found, calls };
}

test("repositories and the API's address come from the stack; secrets are not decrypted", async () => {
  expect(await polled({})).toMatchObject({
    repositories: ["DevSecNinja/truenas-apps", "DevSecNinja/dotfiles"],
    apiUrl: "https://api.github.com",
    calls: [["config", "--json", "--stack", "svlnas"]],
  });
  const apiUrl = "https://github.example.org/api/v3";
  expect((await polled({ github: { ...github, apiUrl } })).apiUrl).toBe(apiUrl);
});

const needless =
  "Stack svlnas does not poll GitHub and needs no token: its pipelines do not list github, or github is missing.";

test.each([
  [{ pipelines: ["host"] }, needless],
  [{ github: undefined }, needless],
  [
    { github: { ...github, pollingHost: "other" } },
    "Stack svlnas needs no token: other polls GitHub, not svlnas (github.pollingHost).",
  ],
  [
    { github: { ...github, repositories: ["one"] } },
    "Stack svlnas is not valid (github.repositories.0: must be owner/name): `pulumi preview --stack svlnas` says how to fix it.",
  ],
])(
  "one sentence where no token is needed or the settings are wrong: %j",
  async (changes, sentence) => {
    await expect(polled(changes)).rejects.toThrow(new Error(sentence));
  },
);
