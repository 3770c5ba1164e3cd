import { createHash } from "node:crypto";
import { diffInputs } from "../engine/diff.ts";
import type { ResourceDouble } from "../engine/provider.ts";
import type { Bag } from "../engine/values.ts";
import type { GitHubClient } from "./client.ts";

/** API path of a `repository` input, which has no owner when the provider's is meant. */
function repositoryPath({ owner }: GitHubClient, inputs: Bag): string {
  const name = String(inputs.repository);
  return `repos/${name.includes("/") ? name : `${owner}/${name}`}`;
}

const VALUES = ["encryptedValue", "plaintextValue", "value", "valueEncrypted"];

/** `github:index/actionsSecret:ActionsSecret`. Sends a hash where the plugin sends the encrypted value. */
export const actionsSecret: ResourceDouble<GitHubClient> = {
  schema: {
    inputs: [...VALUES, "destroyOnDrift", "keyId", "repository", "secretName"],
    required: ["repository", "secretName"],
    computed: ["createdAt", "remoteUpdatedAt", "repositoryId", "updatedAt"],
  },
  secretOutputs: VALUES,
  computedOnUpdate: "kept",
  check: (inputs) => {
    const given = VALUES.filter((key) => inputs[key] !== undefined);
    if (given.length === 1) return [];
    return [{ property: "value", reason: `exactly one of ${VALUES.join(", ")} must be given` }];
  },
  diff: (olds, news) =>
    diffInputs(olds, news, {
      replaces: (key) => key === "repository" || key === "secretName",
      deleteBeforeReplace: true,
    }),

  async create(inputs, { client }) {
    const id = `${inputs.repository}:${inputs.secretName}`;
    return { id, outs: await putSecret(client, inputs) };
  },

  async read(_id, state, inputs, { client }) {
    const known = await client.call("GET", secretPath(client, state));
    if (known.code === 404) return undefined;
    return { outs: { ...state, remoteUpdatedAt: JSON.parse(known.body).updated_at }, inputs };
  },

  update: async (_id, state, news, { client }) => ({
    ...(await putSecret(client, news)),
    createdAt: state.createdAt,
  }),

  delete: async (_id, state, { client }) => {
    await client.wanted("DELETE", secretPath(client, state));
  },
};

function secretPath(client: GitHubClient, inputs: Bag): string {
  return `${repositoryPath(client, inputs)}/actions/secrets/${inputs.secretName}`;
}

async function putSecret(client: GitHubClient, inputs: Bag): Promise<Bag> {
  const repository = repositoryPath(client, inputs);
  const { key_id } = await client.wanted("GET", `${repository}/actions/secrets/public-key`);
  const value = String(VALUES.map((key) => inputs[key]).find((item) => item !== undefined));
  const encrypted_value = createHash("sha256").update(value).digest("base64");
  await client.wanted("PUT", secretPath(client, inputs), { key_id, encrypted_value });
  const { updated_at: updatedAt } = await client.wanted("GET", secretPath(client, inputs));
  const { id: repositoryId } = await client.wanted("GET", repository);
  return { ...inputs, createdAt: updatedAt, updatedAt, remoteUpdatedAt: updatedAt, repositoryId };
}

const SETTINGS = [
  "canAdminsBypass",
  "deploymentBranchPolicy",
  "preventSelfReview",
  "reviewers",
  "waitTimer",
];

/** `github:index/repositoryEnvironment:RepositoryEnvironment`. */
export const repositoryEnvironment: ResourceDouble<GitHubClient> = {
  schema: {
    inputs: [...SETTINGS, "environment", "repository"],
    required: ["environment", "repository"],
    computed: ["repositoryId"],
  },
  computedOnUpdate: "kept",
  diff: (olds, news) =>
    diffInputs(olds, news, {
      replaces: (key) => key === "repository" || key === "environment",
      deleteBeforeReplace: true,
    }),

  async create(inputs, { client }) {
    const id = `${inputs.repository}:${inputs.environment}`;
    return { id, outs: await putEnvironment(client, inputs) };
  },

  async read(_id, state, inputs, { client }) {
    const { code } = await client.call("GET", environmentPath(client, state));
    return code === 404 ? undefined : { outs: state, inputs };
  },

  update: (_id, _state, news, { client }) => putEnvironment(client, news),

  delete: async (_id, state, { client }) => {
    await client.wanted("DELETE", environmentPath(client, state));
  },
};

function environmentPath(client: GitHubClient, inputs: Bag): string {
  return `${repositoryPath(client, inputs)}/environments/${inputs.environment}`;
}

async function putEnvironment(client: GitHubClient, inputs: Bag): Promise<Bag> {
  const settings = Object.fromEntries(SETTINGS.map((key) => [key, inputs[key]]));
  await client.wanted("PUT", environmentPath(client, inputs), settings);
  const { id: repositoryId } = await client.wanted("GET", repositoryPath(client, inputs));
  return { ...inputs, repositoryId };
}
