import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { known } from "../known.ts";
import { ask, type CloudApi, type Surroundings, thisMachine } from "./grafana-cloud-api.ts";
import { gaveUp, missingScopes } from "./grafana-cloud-sentences.ts";

/** Something that the provider could not do in Grafana Cloud. */
export interface Refusal {
  operation: string;
  /** The provider's newest error. */
  error: string;
  /** The resource, as the engine names it. */
  urn: string;
  region: string;
  /** Name of the access policy, where that is what was refused. */
  policyName?: string;
  /** Pulumi's stack, for the commands that fix. */
  stack: string;
}

const [providerName, componentName] = ["grafana-cloud-provider", "grafana-cloud"];

/**
 * Puts one sentence above an error of the provider that comes after the preflight. The provider's own error
 * stays: it may know more. Nothing is tried again, for the provider itself has done that.
 */
export function tellRefusals(api: pulumi.Output<CloudApi>): pulumi.ErrorHook {
  const stack = pulumi.getStack();
  // What both policies lack is said once.
  const told = new Set<string>();
  const tell = async (args: pulumi.ErrorHookArgs) => {
    const { urn, failedOperation: operation, errors } = args;
    const inputs = { ...args.oldInputs, ...args.newInputs };
    const refusal: Refusal = {
      operation,
      error: errors[0] ?? "",
      urn,
      region: String(inputs.region),
      policyName: typeof inputs.name === "string" ? inputs.name : undefined,
      stack,
    };
    const sentence = await refusalSentence(refusal, await known(api));
    if (!sentence || told.has(sentence)) return false;
    told.add(sentence);
    await pulumi.log.error(sentence);
    return false;
  };
  // The engine calls from outside the program's run, and what is logged there reaches nobody.
  return new pulumi.ErrorHook("grafana-cloud-refusals", AsyncResource.bind(tell));
}

/** What the operator reads; nothing where the provider's error is all that is known. */
export async function refusalSentence(
  refusal: Refusal,
  api: CloudApi,
  surroundings: Surroundings = thisMachine,
): Promise<string | undefined> {
  const { operation, error, policyName, region, stack } = refusal;
  if (/giving up after|timeout while waiting/.test(error)) return gaveUp(api, stack);
  const status = Number(/\b(403|404|409)\b/.exec(error)?.[1]);
  if (status === 403) {
    const scope = operation === "delete" ? "accesspolicies:delete" : "accesspolicies:write";
    return missingScopes([scope], undefined, stack);
  }
  if (status === 409 && policyName) {
    const id = await policyId(api, region, policyName, surroundings);
    return takenName(policyName, region, stack, importCommand(refusal, id));
  }
  if (status === 404) return goneBehindOurBack(stack);
  return undefined;
}

async function policyId(
  api: CloudApi,
  region: string,
  name: string,
  surroundings: Surroundings,
): Promise<string> {
  const path = `/v1/accesspolicies?region=${encodeURIComponent(region)}&name=${encodeURIComponent(name)}`;
  const { body } = await ask(api, path, surroundings);
  const found = Array.isArray(body.items)
    ? body.items.find((item) => item.name === name)
    : undefined;
  return found ? String(found.id) : "POLICY_ID";
}

function takenName(name: string, region: string, stack: string, command: string): string {
  return (
    `grafanaCloud: Grafana Cloud has an access policy "${name}" in ${region} that this stack did not create. ` +
    `Delete it there, or adopt it, then pulumi up --stack ${stack}: ${command}`
  );
}

/** The command that puts an existing policy where the program declares it. */
function importCommand({ urn, region, stack }: Refusal, id: string): string {
  const [start, project, types = "", name = ""] = urn.split("::");
  const type = types.split("$").at(-1);
  const component = `${start}::${project}::${types.split("$").slice(0, -1).join("$")}::${componentName}`;
  const provider = `${start}::${project}::pulumi:providers:grafana::${providerName}`;
  return [
    `pulumi import --stack ${stack} --yes --protect=false --generate-code=false`,
    `--parent '${componentName}=${component}' --provider '${providerName}=${provider}'`,
    `${type} ${name} ${region}:${id}`,
  ].join(" ");
}

/** A policy or token that the state has and Grafana Cloud has not. */
function goneBehindOurBack(stack: string): string {
  return (
    "grafanaCloud: an access policy or token of this stack was deleted in Grafana Cloud. " +
    // A refresh takes the networks of a host that is away for gone.
    `To recreate it: npm run doctor -- --stack ${stack} && pulumi up --refresh --stack ${stack}`
  );
}
