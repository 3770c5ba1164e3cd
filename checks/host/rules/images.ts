import { type Check, checked, leftOpen, setTo } from "../check.ts";
import type { Findings } from "../findings.ts";
import type { ChecksRequest, ImageRole } from "../request.ts";

/** Each image is on the host, or can be pulled with the log-in that the deployment will use. */
export function imageChecks(found: Findings, request: ChecksRequest): Check[] {
  if (!found.docker) return [];
  return (Object.entries(request.images) as [ImageRole, string][]).map(([role, image]) => {
    const { state, said } = found.images[role] ?? { state: "refused", said: "nothing" };
    // Whether the engine may talk to such a registry is its own setting, which the CLI does not know.
    if (/server gave HTTP response to HTTPS client/.test(said)) {
      return leftOpen(`image ${role}`, "not asked: its registry speaks plain HTTP");
    }
    const well = state === "present" || state === "pullable";
    const words = { present: "on the host", pullable: "can be pulled" }[state] ?? "not to be had";
    return checked(`image ${role}`, words, !well && imageFault(role, image, said, request));
  });
}

function imageFault(role: ImageRole, image: string, said: string, request: ChecksRequest) {
  const path = `images.${role}`;
  if (image.startsWith("sha256:")) {
    const reason = `names ${image}, which is not on the host`;
    return { path, reason, fix: `docker save ${image} | ssh HOST docker load` };
  }
  const registry = registryOf(image);
  const reason = `can't be pulled from ${registry}, which said: ${said}`;
  if (!/denied|unauthorized|authentication|forbidden/i.test(said)) {
    return {
      path,
      reason,
      fix: `see that the host reaches https://${registry}/v2/ (DNS, firewall)`,
    };
  }
  return { path, reason, fix: loginFix(registry, request) };
}

/** A log-in of the host itself is not used: images are asked for with the stack's. */
function loginFix(registry: string, { stack, registry: given }: ChecksRequest): string {
  const password = `pulumi config set --stack ${stack} --secret grafana-alloy:registryPassword`;
  if (given?.address === registry) return `give an access token that may read it: ${password}`;
  const set = (key: string, value: string) => setTo(stack, `registry.${key}`, value);
  return [set("address", registry), set("username", "USER"), password].join(" && ");
}

function registryOf(image: string): string {
  const [first = "", rest] = image.split("/");
  return rest !== undefined && /[.:]/.test(first) ? first : "docker.io";
}
