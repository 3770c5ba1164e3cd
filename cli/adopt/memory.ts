const megabyte = 1024 * 1024;
const units: Record<string, number> = { b: 1, k: 1024, m: megabyte, g: 1024 * megabyte };

/** A memory size of Compose (`512m`, `0.5g`, `536870912`) in whole MB, rounded up; `undefined` for what is none. */
export function memoryInMb(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([bkmg]?)i?b?$/i.exec(text.trim()) ?? [];
  if (amount === undefined) return undefined;
  return Math.ceil((Number(amount) * (units[(unit || "b").toLowerCase()] ?? 1)) / megabyte);
}
