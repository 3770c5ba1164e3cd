import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { isDeployed, type StackSettings } from "../../../lab/stack.ts";
import { joinFrontend } from "../../../lab/world.ts";
import { pipelineDirectory } from "../../../pipelines/pipeline-files.ts";
import { fastPipelines } from "./fast-pipelines.ts";
import { emptyLab, removeTraefik, settingsOf, type TestLab } from "./lab.ts";

/** The local stack under a name of its own, so that nothing in the sinks is an earlier deployment's. */
export interface OwnHost {
  lab: TestLab;
  name: string;
  /** The service's directory. */
  directory: string;
  settings: StackSettings;
  /** A copy of the pipelines with short intervals. */
  pipelines: string;
  /** The stack with its settings, or other ones. */
  stack(settings?: StackSettings): Promise<Stack>;
  /** Deploys it, and puts Traefik's stand-in into its network. */
  deploy(): Promise<void>;
  undeploy(): Promise<void>;
  /** Takes everything away, deployed or not. */
  remove(): Promise<void>;
}

interface Wanted {
  prefix: string;
  /** Stands for the 60 s between two scrapes, and the 10 min between two polls of GitHub. */
  scrapeSeconds: number;
  /** Settings other than the local stack's, for a host of this name. */
  settings(host: string, given: StackSettings, lab: TestLab): StackSettings;
}

/** `PIPELINES=dir` runs a test over other pipeline files: without a rule, the tests of that rule fail. */
export async function ownHost({ prefix, scrapeSeconds, settings }: Wanted): Promise<OwnHost> {
  const lab = await emptyLab();
  const name = `${prefix}-${randomBytes(3).toString("hex")}`;
  const directory = join(lab.facts.hostDirectory, name, "alloy");
  const own = await settingsOf(lab, "local", (given) => {
    const host = { ...(given.host as object), name, directory };
    return settings(name, { ...given, host }, lab);
  });
  const pipelines = await fastPipelines(process.env.PIPELINES ?? pipelineDirectory, scrapeSeconds);
  const stack = (other = own) => lab.stack("local", other, pipelines);
  const undeploy = async () => {
    await removeTraefik(lab);
    if (await isDeployed("local")) await (await stack()).destroy();
  };
  return {
    ...{ lab, name, directory, settings: own, pipelines, stack },
    deploy: async () => {
      await (await stack()).up();
      await joinFrontend(lab.docker);
    },
    undeploy,
    remove: async () => {
      await undeploy();
      await rm(directory, { recursive: true, force: true });
      await rm(pipelines, { recursive: true });
      await lab.close();
    },
  };
}
