import { parseArgs } from "node:util";
import { z } from "zod";

export const usage = `usage: make bench | make bench-footprint | make bench-fleet | make soak [ARGS="..."]

  make bench            Pulumi, docker-compose and Ansible deploy the service in turns
    --runs N            how often (5)
  make bench-footprint  the agent beside the compose service's configuration
    --minutes N         length of the measurement (15; GitHub's series need 10)
    --containers N      containers that write a line a second (30)
    --warm-up N         minutes before the measurement (2)
  make bench-fleet      deployments to simulated hosts, from nothing
    --hosts N,N         numbers of hosts (5,10,25,50)
    --parallel N,N      hosts at a time (1,4,8)
    --delay N           what an operation on a host takes, in ms (50)
  make soak             30 containers that number their lines, over faults; what is lost, and what came twice
    --minutes N         length; every fault comes once however short it is (60)
  all of them
    --json FILE         writes every measured value there
    --docs              writes the tables into docs/`;

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const list = (least: number, most: number) =>
  z.preprocess((text) => String(text).split(","), z.array(whole(least, most)));

const common = { json: z.string().optional(), docs: z.boolean().default(false) };
const schemas = {
  compare: z.object({ ...common, runs: whole(1, 999).default(5) }),
  footprint: z.object({
    ...common,
    minutes: whole(1, 1440).default(15),
    containers: whole(0, 99).default(30),
    "warm-up": whole(0, 60).default(2),
  }),
  fleet: z.object({
    ...common,
    hosts: list(1, 500).default([5, 10, 25, 50]),
    parallel: list(1, 64).default([1, 4, 8]),
    delay: whole(0, 60_000).default(50),
  }),
  soak: z.object({ ...common, minutes: whole(1, 1440).default(60) }),
};

export type Benchmark = keyof typeof schemas;
export type Options<B extends Benchmark> = z.infer<(typeof schemas)[B]>;
type Asked = { [B in Benchmark]: { benchmark: B; options: Options<B> } }[Benchmark];

/** The benchmark and its options, or undefined where help is asked for. Throws on what it can't understand. */
export function readOptions([name = "", ...args]: string[]): Asked | undefined {
  if (!(name in schemas)) return undefined;
  const schema = schemas[name as Benchmark];
  const flags = Object.keys(schema.shape).map((flag) => {
    return [flag, { type: flag === "docs" ? "boolean" : "string" }] as const;
  });
  const help = { type: "boolean", short: "h" } as const;
  const { values } = parseArgs({ args, options: { ...Object.fromEntries(flags), help } });
  if (values.help) return undefined;
  const { data, error } = schema.safeParse(values);
  if (error) throw new Error(z.prettifyError(error));
  return { benchmark: name, options: data } as Asked;
}
