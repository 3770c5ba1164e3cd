import { bridged } from "../engine/bridged.ts";
import { NoAnswer } from "../engine/http.ts";
import { type FunctionDouble, PluginCrash, type ProviderDouble } from "../engine/provider.ts";
import { serve } from "../engine/serve.ts";
import { type GitHubClient, githubClient } from "./client.ts";

/** The part of the provider's configuration that is done. */
const CONFIG = ["baseUrl", "owner", "retryDelayMs", "token"];

/**
 * `getRestApi`: 404 is an answer like any other, every other error ends the call; where there is no answer
 * the plugin itself ends, and one without a request id counts as nothing found
 * (data_source_github_rest_api.go of the Terraform provider).
 */
const getRestApi: FunctionDouble<GitHubClient> = async ({ endpoint }, { client }) => {
  const path = String(endpoint);
  const answer = await client.get(path).catch((error: Error) => {
    throw error instanceof NoAnswer ? new PluginCrash() : error;
  });
  if (answer.code >= 400 && answer.code !== 404) throw client.error(path, answer);
  const { code, status, headers, body } = answer;
  const [id] = headers["X-Github-Request-Id"] ?? [];
  if (!id) return {};
  return { endpoint: path, id, code, status, headers: JSON.stringify(headers), body };
};

/**
 * Double of the `github` provider (@pulumi/github 6.15), which the program only asks: a client of GitHub's REST
 * API at `baseUrl`, as
 * the plugin is. In the lab that is the stand-in of lab/stand-ins.
 */
export const githubDouble: ProviderDouble<GitHubClient> = bridged({
  name: "github",
  version: "6.15.0",
  config: CONFIG,
  configure: githubClient,
  resources: {},
  functions: { "github:index/getRestApi:getRestApi": getRestApi },
});

if (import.meta.main) await serve(githubDouble);
