/** A value with its unit, as Grafana writes it. `decimals` left out: as many as three digits need. */
export function written(value: number, unit = "short", decimals?: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = (x: number) => rounded(x, decimals);
  if (unit.startsWith("suffix:")) return `${digits(value)} ${unit.slice(7).trim()}`;
  if (unit === "percentunit") return `${digits(value * 100)} %`;
  if (unit === "celsius") return `${digits(value)} °C`;
  if (unit === "d") return `${digits(value)} days`;
  if (unit === "reqps") return `${digits(value)} req/s`;
  if (unit === "pps") return `${digits(value)} p/s`;
  if (unit === "s") return duration(value, decimals);
  const scale = scales[unit];
  return scale ? scaled(value, scale, decimals) : digits(value);
}

interface Scale {
  base: number;
  names: string[];
}

const scales: Record<string, Scale> = {
  bytes: { base: 1024, names: ["B", "KiB", "MiB", "GiB", "TiB"] },
  Bps: { base: 1000, names: ["B/s", "kB/s", "MB/s", "GB/s"] },
  bps: { base: 1000, names: ["b/s", "kb/s", "Mb/s", "Gb/s"] },
  deckbytes: { base: 1000, names: ["kB", "MB", "GB", "TB"] },
  short: { base: 1000, names: ["", "K", "Mil", "Bil"] },
};

function scaled(value: number, { base, names }: Scale, decimals?: number): string {
  let [rest, index] = [value, 0];
  while (Math.abs(rest) >= base && index < names.length - 1)
    [rest, index] = [rest / base, index + 1];
  return `${rounded(rest, index === 0 && Number.isInteger(rest) ? 0 : decimals)} ${names[index]}`.trim();
}

const spans: [seconds: number, name: string][] = [
  [86_400, "days"],
  [3600, "hours"],
  [60, "mins"],
  [1, "s"],
  [0.001, "ms"],
];

function duration(value: number, decimals?: number): string {
  if (value === 0) return "0 s";
  const [size, name] = spans.find(([least]) => Math.abs(value) >= least) ?? [0.000_001, "µs"];
  return `${rounded(value / size, decimals)} ${name}`;
}

function rounded(value: number, decimals?: number): string {
  const size = Math.abs(value);
  const few = size >= 10 ? 1 : size >= 0.1 ? 2 : 3;
  const places = decimals ?? (Number.isInteger(value) || size >= 100 ? 0 : few);
  const text = value.toFixed(places);
  return decimals === undefined && text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
