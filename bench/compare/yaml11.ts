import { stringify } from "yaml";

/** YAML for Python's parser, which reads a bare `no` as false: such words are quoted. */
export function yaml11(value: unknown): string {
  return stringify(value, { version: "1.1" });
}
