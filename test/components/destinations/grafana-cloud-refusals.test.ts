// Grafana Cloud is SIMULATED here: a server on loopback with the real HTTP API.
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type Refusal,
  refusalSentence,
} from "../../../components/destinations/grafana-cloud-refusals.ts";
import { GrafanaClient } from "../../../lab/doubles/grafana/client.ts";
import type { SimulatedGrafana } from "../../../lab/doubles/grafana/cloud-server.ts";
import { home } from "../../support/cloud-seed.ts";
import { simulatedGrafana } from "../../support/simulated-grafana.ts";

const token = "glc_bootstrap";
let simulated: SimulatedGrafana;
beforeEach(async () => {
  simulated = await simulatedGrafana([{ token }]);
});
afterEach(() => simulated.close());

const start = "urn:pulumi:svlnas::grafana-alloy::";
const component = "grafana-alloy:components:GrafanaCloudAccess";
const policy: Refusal = {
  operation: "create",
  error: "",
  urn: `${start}${component}$grafana:cloud/accessPolicy:AccessPolicy::grafana-cloud-policy`,
  region: "eu",
  policyName: "alloy-svlnas",
  stack: "svlnas",
};
const sentence = (change: Partial<Refusal>) =>
  refusalSentence({ ...policy, ...change }, { url: simulated.url, token });

const adopt = (id: string) =>
  'grafanaCloud: Grafana Cloud has an access policy "alloy-svlnas" in eu that this stack did not create. ' +
  "Delete it there, or adopt it, then pulumi up --stack svlnas: " +
  "pulumi import --stack svlnas --yes --protect=false --generate-code=false " +
  `--parent 'grafana-cloud=${start}${component}::grafana-cloud' ` +
  `--provider 'grafana-cloud-provider=${start}pulumi:providers:grafana::grafana-cloud-provider' ` +
  `grafana:cloud/accessPolicy:AccessPolicy grafana-cloud-policy eu:${id}`;

test("a policy's name that is taken: how to adopt it, with the id that Grafana Cloud knows", async () => {
  const made = await new GrafanaClient(simulated.url, token).post("/v1/accesspolicies?region=eu", {
    name: "alloy-svlnas",
    displayName: "mine",
    scopes: ["metrics:write"],
    realms: [{ type: "stack", identifier: `${home.id}` }],
  });
  const error = '409 Conflict\n{"code":"Conflict","message":"already exists"}';
  expect(await sentence({ error })).toBe(adopt(`${made.id}`));
});

test("the same where the policy can't be found", async () => {
  expect(await sentence({ error: "409 Conflict" })).toBe(adopt("POLICY_ID"));
});

test.each([
  ["create", "accesspolicies:write"],
  ["update", "accesspolicies:write"],
  ["delete", "accesspolicies:delete"],
])("%s that is forbidden: the scope that it needs", async (operation, scope) => {
  expect(await sentence({ operation, error: '403 Forbidden\n{"code":"Forbidden"}' })).toBe(
    `grafana:cloudAccessPolicyToken: the bootstrap token lacks ${scope}. Add it to its access policy ` +
      "in Grafana Cloud, Access Policies, then: pulumi up --stack svlnas",
  );
});

test("a policy that was deleted behind our back: have it made again", async () => {
  const urn = `${start}${component}$grafana:cloud/accessPolicyRotatingToken:AccessPolicyRotatingToken::grafana-cloud-token`;
  const error = '404 Not Found\n{"code":"NotFound","message":"Access policy 1 does not exist"}';
  expect(await sentence({ urn, policyName: undefined, error })).toBe(
    "grafanaCloud: an access policy or token of this stack was deleted in Grafana Cloud. " +
      "To recreate it: npm run doctor -- --stack svlnas && pulumi up --refresh --stack svlnas",
  );
});

test.each([
  "POST https://grafana.com/api/v1/x giving up after 4 attempt(s)",
  "timeout while waiting for state to become 'success' (timeout: 2m0s)",
])("what the provider has tried for two minutes is for later: %s", async (error) => {
  expect(await sentence({ error })).toBe(
    `grafanaCloud.apiUrl: ${simulated.url} did not create or change an access policy or a token within 2 min: ` +
      "it has a server error, limits the rate or does not answer. Later: pulumi up --stack svlnas",
  );
});

test("of a bad request the provider's own words are all that is known", async () => {
  expect(await sentence({ error: "400 Bad Request\n{}" })).toBeUndefined();
});
