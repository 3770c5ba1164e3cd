/** Addresses from first to last, as numbers. */
export interface Ipv4Range {
  first: number;
  last: number;
}

/** `172.30.100.8/29` as a range; `undefined` for anything else, such as an IPv6 subnet. */
export function rangeOfSubnet(subnet: string): Ipv4Range | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(subnet);
  if (!match) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  const size = 2 ** (32 - bits);
  const address = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}

/** Destination and mask of `/proc/net/route`: hexadecimal, the lowest byte first. */
export function rangeOfRoute(destination: string, mask: string): Ipv4Range {
  const first = littleEndian(destination);
  return { first, last: first + (2 ** 32 - 1 - littleEndian(mask)) };
}

function littleEndian(hex: string): number {
  const bytes = hex.match(/../g) ?? [];
  return bytes.reduceRight((number, byte) => number * 256 + Number.parseInt(byte, 16), 0);
}

export function overlaps(a: Ipv4Range, b: Ipv4Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether `inner` lies wholly in `outer`. */
export function within(inner: Ipv4Range, outer: Ipv4Range): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/** A range as its subnet: `172.30.100.8/29`. */
export function subnetOfRange({ first, last }: Ipv4Range): string {
  const bits = 32 - Math.log2(last - first + 1);
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${bytes.join(".")}/${bits}`;
}
