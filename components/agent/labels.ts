import type { Settings } from "../../config/schema.ts";
import { STACK_LABEL } from "../../host-shell/standing.ts";

/** Container labels by name. */
export type Labels = Record<string, string>;

/**
 * Labels of each container. None is Compose's, which would take them for its own: that their log lines have
 * `compose_project` and `compose_service` all the same is up to pipelines/containers.alloy.
 */
export function stackLabels(stack: string): Labels {
  return { [STACK_LABEL]: stack };
}

/** Whether a container with these labels is the stack's. Earlier versions set Compose's labels, but for its hash. */
export function isOwn(labels: Labels, stack: string): boolean {
  if (STACK_LABEL in labels) return labels[STACK_LABEL] === stack;
  const { "com.docker.compose.project": project, "com.docker.compose.config-hash": hash } = labels;
  return project === "alloy" && hash === undefined;
}

/** Labels by which Traefik, Homepage and Gatus find Alloy's UI. */
export function ingressLabels(ingress: NonNullable<Settings["ingress"]>): Labels {
  const name = `${ingress.hostName}.${ingress.domain}`;
  return {
    ...traefikLabels(ingress, name),
    "homepage.group": "Infrastructure",
    "homepage.name": ingress.title,
    "homepage.icon": "alloy.svg",
    "homepage.href": `https://${name}`,
    "homepage.description": ingress.description,
    "gatus.url": `${ingress.monitoringUrl}/-/ready`,
    "gatus.headers.Host": name,
    "gatus.conditions": JSON.stringify(["[STATUS] == 200", "[RESPONSE_TIME] < 1000"]),
    "gatus.alerts": JSON.stringify([{ type: "email" }, { type: "custom" }]),
  };
}

/** One service behind two routers: `https` asks for a login, the internal `monitoring` does not. */
function traefikLabels(ingress: NonNullable<Settings["ingress"]>, name: string): Labels {
  return {
    "traefik.enable": "true",
    "traefik.docker.network": "alloy-frontend",
    ...routerLabels("alloy-rtr", `Host(\`${name}\`)`, "https", ingress.authChain),
    // Without a login nothing is reached but the question whether the agent is ready.
    ...routerLabels(
      "alloy-monitor",
      `Host(\`${name}\`) && Path(\`/-/ready\`)`,
      "monitoring",
      ingress.monitoringChain,
    ),
    "traefik.http.services.alloy-svc.loadbalancer.server.port": "12345",
  };
}

function routerLabels(
  router: string,
  rule: string,
  entryPoint: string,
  middleware: string,
): Labels {
  const prefix = `traefik.http.routers.${router}`;
  return {
    [`${prefix}.rule`]: rule,
    [`${prefix}.entrypoints`]: entryPoint,
    [`${prefix}.middlewares`]: middleware,
    [`${prefix}.service`]: "alloy-svc",
  };
}

/** Labels in the form of the Docker provider, sorted so that the order never shows as a change. */
export function toContainerLabels(labels: Labels): { label: string; value: string }[] {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => ({ label, value }));
}
