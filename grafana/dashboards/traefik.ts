import { dashboard, hostVariable, labelVariable } from "./dashboard.ts";
import { graph, metrics, stat } from "./panels.ts";

const OF = 'job="traefik",host=~"$host"';
const SERVICE = `${OF},service=~"$service"`;

/** The reverse proxy: requests, errors, durations, certificates. */
export function traefik() {
  return dashboard({
    uid: "alloy-traefik",
    title: "Alloy: Traefik",
    description: "The reverse proxy: requests, errors and durations by service, certificates.",
    variables: [
      hostVariable({ several: true }),
      labelVariable({
        name: "service",
        label: "Service",
        description: "Traefik's services: name@provider.",
        selector: 'traefik_service_requests_total{job="traefik",host=~"$host"}',
        several: true,
      }),
    ],
    rows: { Now: numbers(), Services: services(), "Entry points": entryPoints() },
  });
}

const rate = (metric: string, matchers = SERVICE) =>
  `rate(traefik_${metric}{${matchers}}[$__rate_interval])`;

function numbers() {
  const requests = rate("service_requests_total");
  return [
    stat({
      title: "Requests",
      description: "Requests to the chosen services.",
      unit: "reqps",
      decimals: 1,
      width: 6,
      queries: [metrics(`sum(${requests})`)],
    }),
    stat({
      title: "Errors",
      description: "Share of requests that were answered with 4xx or 5xx.",
      unit: "percentunit",
      decimals: 1,
      width: 6,
      queries: [
        metrics(
          `sum(${rate("service_requests_total", `${SERVICE},code=~"[45].."`)}) / sum(${requests})`,
        ),
      ],
      colours: { green: null, yellow: 0.1, red: 0.5 },
    }),
    stat({
      title: "Open connections",
      description: "Open connections, all entry points together.",
      width: 6,
      queries: [metrics(`sum(traefik_open_connections{${OF}})`)],
    }),
    stat({
      title: "First certificate expires in",
      description:
        "Traefik renews Let's Encrypt certificates 30 days before they expire; fewer days mean that renewal fails.",
      unit: "d",
      decimals: 0,
      width: 6,
      queries: [metrics(`min(traefik_tls_certs_not_after{${OF}} - time()) / 86400`)],
      colours: { red: null, yellow: 14, green: 28 },
    }),
  ];
}

function services() {
  const mean = (level: string, by: string, matchers: string) =>
    `sum by (${by}) (${rate(`${level}_request_duration_seconds_sum`, matchers)}) / sum by (${by}) (${rate(`${level}_request_duration_seconds_count`, matchers)})`;
  return [
    graph({
      title: "Requests by service",
      description: "Requests per second to each service.",
      unit: "reqps",
      queries: [metrics(`sum by (service) (${rate("service_requests_total")})`, "{{service}}")],
    }),
    graph({
      title: "Errors by service",
      description:
        "Share of responses with 4xx or 5xx. 401 and 404 are often bots; 502 and 504 mean that a service is down.",
      unit: "percentunit",
      queries: [
        metrics(
          `sum by (service, code) (${rate("service_requests_total", `${SERVICE},code=~"[45].."`)}) / on (service) group_left sum by (service) (${rate("service_requests_total")})`,
          "{{service}} {{code}}",
        ),
      ],
    }),
    graph({
      title: "Mean duration by service",
      description:
        "From the request to the last byte of the response. Buckets are not collected, so there are no percentiles.",
      unit: "s",
      queries: [metrics(mean("service", "service", SERVICE), "{{service}}")],
    }),
  ];
}

function entryPoints() {
  return [
    graph({
      title: "Requests by status",
      description: "All entry points together, by status.",
      unit: "reqps",
      width: 12,
      stacked: true,
      queries: [metrics(`sum by (code) (${rate("entrypoint_requests_total", OF)})`, "{{code}}")],
    }),
    graph({
      title: "Traffic",
      description: "Bytes of requests and responses by entry point.",
      unit: "Bps",
      min: undefined,
      width: 12,
      queries: [
        metrics(
          `sum by (entrypoint) (${rate("entrypoint_requests_bytes_total", OF)})`,
          "{{entrypoint}} in",
        ),
        metrics(
          `sum by (entrypoint) (${rate("entrypoint_responses_bytes_total", OF)})`,
          "{{entrypoint}} out",
        ),
      ],
    }),
  ];
}
