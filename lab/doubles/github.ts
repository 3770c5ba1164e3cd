import {
  EMPTY_GITHUB,
  GitHubApi,
  type GitHubSeed,
  type GitHubState,
  requestError,
} from "./github-api.ts";
import { actionsSecret, repositoryEnvironment } from "./github-resources.ts";
import type { FunctionDouble, ProviderDouble } from "./provider.ts";
import { serve } from "./serve.ts";
import { storeFromArguments } from "./simulated-store.ts";

/** A simulated GitHub, seen by one configured provider. */
export interface GitHubClient {
  api: GitHubApi;
  token: string | undefined;
  owner: string | undefined;
}

/** Configuration of @pulumi/github 6.15 (provider.js). */
const CONFIG = [
  "appAuth",
  "baseUrl",
  "cachePath",
  "insecure",
  "legacyClient",
  "maxPerPage",
  "maxRetries",
  "organization",
  "owner",
  "parallelRequests",
  "readDelayMs",
  "retryDelayMs",
  "retryableErrors",
  "token",
  "writeDelayMs",
];

/**
 * `getRestApi`: 404 is an answer like any other, every other error ends the call
 * (data_source_github_rest_api.go of the Terraform provider).
 */
const getRestApi: FunctionDouble<GitHubClient> = {
  schema: { inputs: ["endpoint"], required: ["endpoint"] },
  async invoke({ endpoint }, { client }) {
    const path = String(endpoint);
    const { code, status, headers, body } = client.api.get(client.token, path);
    if (code >= 400 && code !== 404) throw requestError(path, code, body);
    const id = headers["X-Github-Request-Id"]?.[0] ?? "";
    const texts = { headers: JSON.stringify(headers), body: JSON.stringify(body) };
    return { endpoint: path, id, code, status, ...texts };
  },
};

function text(value: unknown): string | undefined {
  return typeof value === "string" && value ? value : undefined;
}

/**
 * Double of the `github` provider (@pulumi/github 6.15): an in-memory stand-in. No request leaves
 * the machine; see github-api.ts for what it knows and refuses.
 */
export function githubDouble(api: GitHubApi): ProviderDouble<GitHubClient> {
  return {
    name: "github",
    version: "6.15.0",
    config: CONFIG,
    configure: async (config) => ({
      api,
      token: text(config.token),
      owner: text(config.owner) ?? text(config.organization),
    }),
    resources: {
      "github:index/actionsSecret:ActionsSecret": actionsSecret,
      "github:index/repositoryEnvironment:RepositoryEnvironment": repositoryEnvironment,
    },
    functions: { "github:index/getRestApi:getRestApi": getRestApi },
  };
}

if (import.meta.main) {
  const store = storeFromArguments<GitHubSeed, GitHubState>(process.argv.slice(2), EMPTY_GITHUB);
  await serve(githubDouble(new GitHubApi(store)));
}
