import { randomBytes } from "node:crypto";

/** A token of the real shape: `glc_` and Base64 of a small JSON text with its name and region. */
export function cloudToken(name: string, region: string): string {
  const content = { o: "1", n: name, k: randomBytes(18).toString("base64"), m: { r: region } };
  return `glc_${Buffer.from(JSON.stringify(content)).toString("base64")}`;
}

/** Name and region that a token says of itself; nothing for what is no such token. */
export function saidBy(token: string): { name: string; region: string } | undefined {
  if (!token.startsWith("glc_")) return undefined;
  try {
    const said = JSON.parse(Buffer.from(token.slice(4), "base64").toString());
    return typeof said?.n === "string" ? { name: said.n, region: String(said.m?.r) } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
