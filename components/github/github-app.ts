import { createSign } from "node:crypto";
import { askAll, askWith } from "./github-ask.ts";
import {
  type GithubAnswer,
  type GithubFindings,
  judge,
  messageOf,
  questionsFor,
  unclearOf,
} from "./github-check.ts";

/** A GitHub App as it is installed on repositories. */
export interface InstalledApp {
  id: number;
  installationId: number;
  /** RSA key in PEM. */
  privateKey: string;
}

/** Checks an app against GitHub. */
export async function checkApp(
  app: InstalledApp,
  apiUrl: string,
  repositories: string[],
): Promise<GithubFindings> {
  const { id, installationId } = app;
  const ask = askWith(apiUrl, appStatement(app));
  const answer = await ask("POST", `app/installations/${installationId}/access_tokens`);
  const unclear = unclearOf(answer);
  if (unclear) return { faults: [], unclear: [unclear] };
  const { status, body } = answer as GithubAnswer;
  if (status === 401)
    return fault(`GitHub refuses its key: it is not one of app ${id}, or it was deleted.`);
  if (status === 404) return fault(`App ${id} has no installation ${installationId}.`);
  const { token, permissions = {} } = body as { token?: string; permissions?: object };
  if (!token) return fault(`GitHub refuses it: ${messageOf(body)}.`);
  const found = judge(
    repositories,
    await askAll(askWith(apiUrl, token), questionsFor(repositories)),
  );
  return { faults: [...found.faults, ...writeFaults(permissions)], unclear: found.unclear };
}

const fault = (sentence: string): GithubFindings => ({ faults: [sentence], unclear: [] });

/** What an app may beyond reading; unlike of a token, GitHub tells that. */
function writeFaults(permissions: object): string[] {
  const granted = Object.entries(permissions).filter(([, access]) => access !== "read");
  return granted.map(([name]) => `It can write ${name}; it must be read-only.`);
}

/** What an app says of itself, signed: GitHub takes it for 10 minutes, of clocks that differ by one. */
function appStatement({ id, privateKey }: Omit<InstalledApp, "installationId">) {
  const seconds = Math.floor(Date.now() / 1000);
  const claims = { iss: `${id}`, iat: seconds - 60, exp: seconds + 540 };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createSign("sha256").update(signed).sign(privateKey, "base64url")}`;
}
