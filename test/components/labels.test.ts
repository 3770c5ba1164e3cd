import { describe, expect, test } from "vitest";
import { composeLabels, ingressLabels, toContainerLabels } from "../../components/agent/labels.ts";
import { settings } from "../../config/schema.ts";
import { completed } from "../support/stack-files.ts";

/** Labels of a stack's settings as the schema completes them. */
function labelsOf(stack: "svlnas" | "svlazext") {
  const { ingress } = settings.parse(completed(stack));
  if (!ingress) throw new Error(`${stack} has no ingress`);
  return ingressLabels(ingress);
}

/** What a host's UI is called decides these; the rest is the same on every host. */
function expectedLabels(name: string, title: string, description: string) {
  return {
    "traefik.enable": "true",
    "traefik.docker.network": "alloy-frontend",
    "traefik.http.routers.alloy-rtr.rule": `Host(\`${name}\`)`,
    "traefik.http.routers.alloy-rtr.entrypoints": "https",
    "traefik.http.routers.alloy-rtr.middlewares": "chain-auth@file",
    "traefik.http.routers.alloy-rtr.service": "alloy-svc",
    "traefik.http.routers.alloy-monitor.rule": `Host(\`${name}\`)`,
    "traefik.http.routers.alloy-monitor.entrypoints": "monitoring",
    "traefik.http.routers.alloy-monitor.middlewares": "chain-no-auth@file",
    "traefik.http.routers.alloy-monitor.service": "alloy-svc",
    "traefik.http.services.alloy-svc.loadbalancer.server.port": "12345",
    "homepage.group": "Infrastructure",
    "homepage.name": title,
    "homepage.icon": "alloy.svg",
    "homepage.href": `https://${name}`,
    "homepage.description": description,
    "gatus.url": "http://172.30.100.6:8444/-/ready",
    "gatus.headers.Host": name,
    "gatus.conditions": '["[STATUS] == 200","[RESPONSE_TIME] < 1000"]',
    "gatus.alerts": '[{"type":"email"},{"type":"custom"}]',
  };
}

describe("ingressLabels", () => {
  test("of svlnas", () => {
    expect(labelsOf("svlnas")).toEqual(
      expectedLabels("alloy.example.org", "Alloy", "Telemetry collector (metrics, logs)"),
    );
  });

  test("of svlazext", () => {
    expect(labelsOf("svlazext")).toEqual(
      expectedLabels("alloy-ext.example.org", "Alloy (svlazext)", "Telemetry collector (svlazext)"),
    );
  });

  test("follow the chains and the monitoring address that a stack sets", () => {
    const labels = ingressLabels({
      domain: "example.net",
      hostName: "collector",
      authChain: "chain-oauth@file",
      monitoringChain: "chain-lan@file",
      monitoringUrl: "http://10.0.0.1:8444",
      title: "T",
      description: "D",
    });
    expect(labels).toMatchObject({
      "traefik.http.routers.alloy-rtr.middlewares": "chain-oauth@file",
      "traefik.http.routers.alloy-monitor.middlewares": "chain-lan@file",
      "gatus.url": "http://10.0.0.1:8444/-/ready",
      "homepage.href": "https://collector.example.net",
    });
  });
});

test("composeLabels name the project that log lines are found by", () => {
  expect(composeLabels("alloy-init")).toEqual({
    "com.docker.compose.project": "alloy",
    "com.docker.compose.service": "alloy-init",
  });
});

test("toContainerLabels sorts by name, whatever the order they come in", () => {
  const sorted = [
    { label: "a.b", value: "1" },
    { label: "a.c", value: "2" },
    { label: "b", value: "" },
  ];
  expect(toContainerLabels({ b: "", "a.c": "2", "a.b": "1" })).toEqual(sorted);
  expect(toContainerLabels({ "a.b": "1", b: "", "a.c": "2" })).toEqual(sorted);
});
