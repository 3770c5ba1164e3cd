import { diffInputs } from "./diff.ts";
import type { GitHubClient } from "./github.ts";
import type { ResourceDouble } from "./provider.ts";
import type { Bag } from "./values.ts";

/** "owner/name" of a `repository` input, which has no owner when the provider's is meant. */
function fullName({ owner }: GitHubClient, inputs: Bag): string {
  const name = String(inputs.repository);
  return name.includes("/") ? name : `${owner}/${name}`;
}

const VALUES = ["encryptedValue", "plaintextValue", "value", "valueEncrypted"];

/** `github:index/actionsSecret:ActionsSecret`: keeps that there is one and when it changed, not its value. */
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
    return { id, outs: putSecret(client, inputs) };
  },

  async read(_id, state, inputs, { client }) {
    const known = client.api.state.secrets[`${fullName(client, state)}/${state.secretName}`];
    return known && { outs: { ...state, remoteUpdatedAt: known.updatedAt }, inputs };
  },

  update: async (_id, state, news, { client }) => ({
    ...putSecret(client, news),
    createdAt: state.createdAt,
  }),

  async delete(_id, state, { client }) {
    client.api.requireWrite(client.token, fullName(client, state));
    client.api.deleteSecret(`${fullName(client, state)}/${state.secretName}`);
  },
};

function putSecret(client: GitHubClient, inputs: Bag): Bag {
  const repository = fullName(client, inputs);
  client.api.requireWrite(client.token, repository);
  const value = VALUES.map((key) => inputs[key]).find((item) => item !== undefined);
  const key = `${repository}/${inputs.secretName}`;
  const { updatedAt } = client.api.putSecret(key, String(value));
  const repositoryId = client.api.repositoryId(repository);
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
    return { id, outs: putEnvironment(client, inputs) };
  },

  async read(_id, state, inputs, { client }) {
    const key = `${fullName(client, state)}/${state.environment}`;
    return client.api.state.environments[key] && { outs: state, inputs };
  },

  update: async (_id, _state, news, { client }) => putEnvironment(client, news),

  async delete(_id, state, { client }) {
    client.api.requireWrite(client.token, fullName(client, state));
    client.api.deleteEnvironment(`${fullName(client, state)}/${state.environment}`);
  },
};

function putEnvironment(client: GitHubClient, inputs: Bag): Bag {
  const repository = fullName(client, inputs);
  client.api.requireWrite(client.token, repository);
  const settings = Object.fromEntries(SETTINGS.map((key) => [key, inputs[key]]));
  client.api.putEnvironment(`${repository}/${inputs.environment}`, settings);
  return { ...inputs, repositoryId: client.api.repositoryId(repository) };
}
