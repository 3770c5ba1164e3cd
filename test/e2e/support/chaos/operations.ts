import { randomBytes } from "node:crypto";
import type { TestLab } from "../lab.ts";

/** What an operator does to a stack, as command lines. */
export interface Operation {
  name: string;
  /** What is done before it, uninterrupted. */
  before(host: OperatedHost): Promise<void>;
  line: string;
  /** The running agent is stopped by it. */
  stopsAgent?: true;
  /** About how many lines the CLI prints of steps that begin. */
  steps: number;
}

interface OperatedHost {
  lab: TestLab;
  obey(line: string, input?: string): Promise<string>;
}

const UP = "pulumi up --stack svlnas";

const unique = () => randomBytes(4).toString("hex");

const set = (path: string, value: string) =>
  `pulumi config set --stack svlnas --path 'grafana-alloy:${path}' ${value}`;

/** Gives the sinks another password, and the stack. */
async function rotate({ lab, obey }: OperatedHost): Promise<void> {
  const password = `glc_lab_chaos_${unique()}`;
  await lab.acceptToken(password);
  for (const name of ["metrics", "logs"]) {
    await obey(`pulumi config set --stack svlnas --secret grafana-alloy:${name}Password`, password);
  }
}

export const operations: readonly Operation[] = [
  {
    name: "a first deployment",
    before: async ({ obey }) => {
      await obey("pulumi destroy --stack svlnas");
    },
    line: UP,
    steps: 25,
  },
  {
    name: "another pipeline",
    before: async ({ obey }) => {
      await obey(set("logs.redact.expressions[0]", `secret-${unique()}`));
    },
    line: UP,
    steps: 4,
  },
  {
    name: "another container",
    before: async ({ obey }) => {
      await obey(set("ingress.title", `Alloy-${unique()}`));
    },
    line: UP,
    stopsAgent: true,
    steps: 6,
  },
  { name: "a rotation", before: rotate, line: UP, steps: 6 },
  {
    name: "a destroy",
    before: async () => {},
    line: "pulumi destroy --stack svlnas",
    stopsAgent: true,
    steps: 25,
  },
];
