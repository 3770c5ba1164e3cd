/** One kind of request that the stand-in pretends to serve. */
interface Traffic {
  entrypoint: string;
  router: string;
  service: string;
  method: string;
  code: number;
  /** Requests a second. */
  rate: number;
  /** Mean seconds of a request. */
  seconds: number;
}

/** Traefik's default buckets, with the share of requests that ends within each. */
const BUCKETS: [string, number][] = [
  ["0.1", 0.8],
  ["0.3", 0.93],
  ["1.2", 0.99],
  ["5", 1],
  ["+Inf", 1],
];

const TRAFFIC: Traffic[] = ["alloy", "immich", "outline", "homepage"].flatMap((name, i) =>
  [200, 302, 404].map((code, j) => ({
    entrypoint: "https",
    router: `${name}@docker`,
    service: `${name}@docker`,
    method: j === 1 ? "POST" : "GET",
    code,
    rate: (i + 1) / (1 + 4 * j),
    seconds: 0.02 * (i + 1),
  })),
);

type Labels = Record<string, string | number>;

/** The text of Traefik v3's metrics page after `uptime` seconds, with labels for routers and services on. */
export function traefikMetrics(uptime: number): string {
  return [
    ...requests("entrypoint", uptime, ({ entrypoint }) => ({ entrypoint })),
    ...requests("router", uptime, ({ router, service }) => ({ router, service })),
    ...requests("service", uptime, ({ service }) => ({ service })),
    ...family("traefik_open_connections", "gauge", "How many open connections exist", [
      [{ entrypoint: "https", protocol: "TCP" }, 12],
      [{ entrypoint: "metrics", protocol: "TCP" }, 1],
    ]),
    ...family("traefik_config_reloads_total", "counter", "Config reloads", [[{}, 3]]),
    ...family("traefik_config_last_reload_success", "gauge", "Last config reload success", [
      [{}, 1_760_000_000],
    ]),
    ...family("traefik_tls_certs_not_after", "gauge", "Certificate expiration timestamp", [
      [{ cn: "*.example.net", sans: "*.example.net", serial: "1234567890" }, 1_893_456_000],
    ]),
    ...family("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", [
      [{}, 83_886_080],
    ]),
    "",
  ].join("\n");
}

/** The request families of one level: totals, bytes, and the duration's buckets, sum and count. */
function requests(level: string, uptime: number, own: (traffic: Traffic) => Labels): string[] {
  const series = merged(own).map(({ labels, traffic }) => ({
    labels,
    seconds: traffic[0]?.seconds ?? 0,
    count: Math.floor(uptime * traffic.reduce((sum, { rate }) => sum + rate, 0)),
  }));
  const values = (of: (one: (typeof series)[number]) => number) =>
    series.map((one): [Labels, number] => [one.labels, of(one)]);
  const name = `traefik_${level}`;
  return [
    ...family(
      `${name}_requests_total`,
      "counter",
      "Requests processed",
      values((s) => s.count),
    ),
    ...family(
      `${name}_requests_bytes_total`,
      "counter",
      "Request bytes",
      values((s) => s.count * 310),
    ),
    ...family(
      `${name}_responses_bytes_total`,
      "counter",
      "Response bytes",
      values((s) => s.count * 9100),
    ),
    ...duration(`${name}_request_duration_seconds`, series),
  ];
}

function duration(
  name: string,
  series: { labels: Labels; seconds: number; count: number }[],
): string[] {
  const samples = series.flatMap(({ labels, seconds, count }) => [
    ...BUCKETS.map(([le, share]) =>
      sample(`${name}_bucket`, { ...labels, le }, Math.floor(count * share)),
    ),
    sample(`${name}_sum`, labels, Number((count * seconds).toFixed(3))),
    sample(`${name}_count`, labels, count),
  ]);
  return [...heading(name, "histogram", "How long it took to process the request"), ...samples];
}

/** Traffic of equal labels is one series. */
function merged(own: (traffic: Traffic) => Labels) {
  const groups = new Map<string, { labels: Labels; traffic: Traffic[] }>();
  for (const one of TRAFFIC) {
    const labels = { code: one.code, method: one.method, protocol: "http", ...own(one) };
    const key = JSON.stringify(labels);
    const group = groups.get(key) ?? { labels, traffic: [] };
    groups.set(key, { ...group, traffic: [...group.traffic, one] });
  }
  return [...groups.values()];
}

function family(name: string, type: string, help: string, values: [Labels, number][]): string[] {
  return [
    ...heading(name, type, help),
    ...values.map(([labels, value]) => sample(name, labels, value)),
  ];
}

const heading = (name: string, type: string, help: string) => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
];

function sample(name: string, labels: Labels, value: number): string {
  const text = Object.entries(labels).map(([key, label]) => `${key}="${label}"`);
  return text.length ? `${name}{${text.join(",")}} ${value}` : `${name} ${value}`;
}
