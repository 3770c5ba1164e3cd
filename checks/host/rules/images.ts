import type { Fault } from "../../../config/faults.ts";
import { type Check, checked, leftOpen, setTo } from "../check.ts";
import type { Findings } from "../findings.ts";
import type { ChecksRequest, ImageRole } from "../request.ts";
import { PLATFORMS } from "./docker.ts";

/** Each image is on the host or can be pulled with the login that the deployment uses, for the host's platform. */
export function imageChecks(found: Findings, request: ChecksRequest): Check[] {
  if (!found.docker) return [];
  const roles = Object.entries(request.images) as [ImageRole, string][];
  return roles.map(([role, image]) => imageCheck(role, image, found, request));
}

function imageCheck(
  role: ImageRole,
  image: string,
  found: Findings,
  request: ChecksRequest,
): Check {
  const check = `image ${role}`;
  const { state, said } = found.images[role] ?? { state: "refused", said: "" };
  // A container of it has just run: the engine has it, whatever the CLI was told.
  const ran = /^ok$|shared or slave mount/.test(found.probe ?? "");
  if (role === "init" && ran) return checked(check, "on the host");
  if (state === "present" || state === "pullable") {
    const words = state === "present" ? "on the host" : "can be pulled";
    return checked(check, words, platformFault(role, image, said, found));
  }
  // Whether the engine may talk to such a registry is its own setting, which the CLI does not know.
  if (/server gave HTTP response to HTTPS client/.test(said)) {
    return leftOpen(check, "skipped: its registry speaks plain HTTP");
  }
  // The engine alone knows its mirrors; the CLI asks Docker Hub itself.
  const mirrored = role !== "init" && found.mirrors.length > 0;
  if (registryOf(image) === "docker.io" && mirrored) {
    return leftOpen(check, `skipped: the engine pulls it through ${found.mirrors.join(", ")}`);
  }
  return checked(check, "not available", imageFault(role, image, said, request));
}

/** `exec format error` is all that an image for another platform says. */
function platformFault(role: ImageRole, image: string, said: string, { docker }: Findings) {
  const platforms = said.split(" ").filter(Boolean);
  const host = docker?.platform ?? "";
  // For another host there is none of the images, and its own row says so.
  if (!platforms.length || platforms.includes(host) || !PLATFORMS.includes(host)) return undefined;
  const byId = image.startsWith("sha256:");
  const tag = image.replace(/@.*/, "");
  return {
    path: `images.${role}`,
    reason: `names ${image}, which is built for ${platforms.join(" and ")}; the host is ${host}`,
    fix: byId
      ? `load one for ${host}: docker save ${image} | ssh HOST docker load`
      : `name the digest of all platforms; the registry's page has it, or: docker buildx imagetools inspect ${tag}`,
  };
}

function imageFault(role: ImageRole, image: string, answer: string, request: ChecksRequest): Fault {
  const path = `images.${role}`;
  if (image.startsWith("sha256:")) {
    const reason = `names ${image}, which is not on the host`;
    return { path, reason, fix: `docker save ${image} | ssh HOST docker load` };
  }
  const registry = registryOf(image);
  const said = answer || "nothing within 30 s";
  const pull = `on the host: docker pull ${image}`;
  const fault = (reason: string, fix: string) => ({ path, reason: `${reason}: ${said}`, fix });
  if (/toomanyrequests|too many requests|rate limit|\b429\b/i.test(said)) {
    const login = `docker login${registry === "docker.io" ? "" : ` ${registry}`}`;
    return fault(
      `can't be pulled now: the host has reached the pull limit of ${registry}, which said`,
      `wait until it is lifted (Docker Hub: 6 hours at most), or use an account: ${pull.replace("docker pull", `${login} && docker pull`)}`,
    );
  }
  if (/denied|unauthorized|authentication|forbidden|\b40[13]\b/i.test(said)) {
    return fault(`requires a login to ${registry}, which said`, loginFix(registry, request));
  }
  if (/no such manifest|manifest unknown|not found/i.test(said)) {
    // So the CLI words a refused login too.
    return fault(
      `is not at ${registry}, or not for ${request.registry?.address === registry ? "this login" : "anyone without a login"}; it said`,
      `compare the digest with the registry's page; if it is right: ${loginFix(registry, request)}`,
    );
  }
  if (network.test(said)) {
    const api = registry === "docker.io" ? "registry-1.docker.io" : registry;
    return fault(
      `can't be pulled: the host can't reach ${registry}`,
      `check that the host reaches https://${api}/v2/ (DNS, firewall, proxy)`,
    );
  }
  return fault(`can't be pulled from ${registry}, which said`, `see why, ${pull}`);
}

const network =
  /no such host|lookup|dial tcp|timeout|timed out|deadline|refused|unreachable|reset|x509|certificate|\bEOF\b|nothing within/i;

/** A login of the host itself is not used: images are asked for with the stack's. */
function loginFix(registry: string, { stack, registry: given }: ChecksRequest): string {
  const password = `pulumi config set --stack ${stack} --secret grafana-alloy:registryPassword`;
  if (given?.address === registry) return `enter an access token that may read it: ${password}`;
  const set = (key: string, value: string) => setTo(stack, `registry.${key}`, value);
  return [set("address", registry), set("username", "USER"), password].join(" && ");
}

function registryOf(image: string): string {
  const [first = "", rest] = image.split("/");
  return rest !== undefined && /[.:]/.test(first) ? first : "docker.io";
}
