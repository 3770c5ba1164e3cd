/** Services that the stand-in pretends to serve, each busier and slower than the one before. */
const SERVICES = ["alloy", "immich", "outline", "homepage"];
const CODES = [
  { code: 200, method: "GET", share: 1 },
  { code: 302, method: "POST", share: 1 / 5 },
  { code: 404, method: "GET", share: 1 / 9 },
];

/** Traefik's default buckets, with the share of requests that ends within each. */
const BUCKETS = { "0.1": 0.8, "0.3": 0.93, "1.2": 0.99, "5": 1, "+Inf": 1 };

type Labels = Record<string, string | number>;

/** Samples of Traefik v3's metrics page after `uptime` seconds, with labels for routers and services on. */
export function traefikMetrics(uptime: number): string {
  const traffic = CODES.flatMap(({ code, method, share }) => {
    const labels = { code, method, protocol: "http" };
    const counts = SERVICES.map((_, i) => Math.floor(uptime * (i + 1) * share));
    const all = counts.reduce((sum, count) => sum + count, 0);
    return [
      ...requests("entrypoint", { ...labels, entrypoint: "https" }, all, 0.05),
      ...SERVICES.flatMap((name, i) => {
        const service = { ...labels, service: `${name}@docker` };
        const [count = 0, seconds] = [counts[i], 0.02 * (i + 1)];
        return [
          ...requests("router", { ...service, router: `${name}@docker` }, count, seconds),
          ...requests("service", service, count, seconds),
        ];
      }),
    ];
  });
  const certificate = { cn: "*.example.net", sans: "*.example.net", serial: "1234567890" };
  return [
    ...traffic,
    sample("traefik_open_connections", { entrypoint: "https", protocol: "TCP" }, 12),
    sample("traefik_open_connections", { entrypoint: "metrics", protocol: "TCP" }, 1),
    "traefik_config_reloads_total 3",
    "traefik_config_last_reload_success 1760000000",
    sample("traefik_tls_certs_not_after", certificate, 1_893_456_000),
    "process_resident_memory_bytes 83886080",
    "",
  ].join("\n");
}

/** What one level counts of requests: totals, bytes, and the duration's buckets, sum and count. */
function requests(level: string, labels: Labels, count: number, seconds: number): string[] {
  const [name, duration] = [`traefik_${level}`, `traefik_${level}_request_duration_seconds`];
  return [
    sample(`${name}_requests_total`, labels, count),
    sample(`${name}_requests_bytes_total`, labels, count * 310),
    sample(`${name}_responses_bytes_total`, labels, count * 9100),
    ...Object.entries(BUCKETS).map(([le, share]) =>
      sample(`${duration}_bucket`, { ...labels, le }, Math.floor(count * share)),
    ),
    sample(`${duration}_sum`, labels, Number((count * seconds).toFixed(3))),
    sample(`${duration}_count`, labels, count),
  ];
}

function sample(name: string, labels: Labels, value: number): string {
  const text = Object.entries(labels).map(([key, label]) => `${key}="${label}"`);
  return `${name}{${text.join(",")}} ${value}`;
}
