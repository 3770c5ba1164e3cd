import { z } from "zod";

const properties = z
  .record(z.string(), z.unknown())
  .default({})
  .transform((values) => plain(values) as Record<string, unknown>);

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().default(""),
  inputs: properties,
  outputs: properties,
});
export type Resource = z.output<typeof resource>;

const exported = z.object({ deployment: z.object({ resources: z.array(resource).default([]) }) });

/** The resources in what `pulumi stack export --show-secrets` prints, with their secrets in plain. */
export function resourcesIn(text: string): Resource[] {
  return exported.parse(JSON.parse(text)).deployment.resources;
}

const secretSignature = "4dabf18193072939515e22adb298388d";

/** A value with its secrets as `--show-secrets` has them: a signature beside the plain text in JSON. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (secretSignature in value && "plaintext" in value) return JSON.parse(String(value.plaintext));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
