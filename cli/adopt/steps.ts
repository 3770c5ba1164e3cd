import { removeDirectories } from "../../components/files/install-scripts.ts";
import { rejectedBy } from "../shared/abort.ts";
import type { PulumiCli } from "../shared/pulumi-cli.ts";
import * as scripts from "./host-scripts.ts";
import { updateUnlessLocked } from "./lock.ts";
import { asideName, type Record, recordFile, serviceNames } from "./record.ts";
import type { Step, Undo } from "./run.ts";
import { setSettings, unsetSettings } from "./stack-settings.ts";
import type { Change } from "./taken-over.ts";

export interface Plan {
  record: Record;
  /** Settings that are still to be set: none where an earlier run did. */
  changes: readonly Change[];
  site: scripts.Site;
  /** Images that can be fetched, by reference; those that are only on the host are left out. */
  images: readonly string[];
}

/** What the steps are done with. */
export interface Means {
  onHost: scripts.OnHost;
  pulumi: PulumiCli;
  /** Proves that everything arrives from the agent that took over then, in ms since 1970; throws if not. */
  prove(since: number): Promise<void>;
  /** Breaks a deployment or a proof off; never what takes something back. */
  signal: AbortSignal;
}

/** All steps, in order. The same record gives the same steps, so a run that was cut off can be continued. */
export function stepsOf(plan: Plan, { onHost, pulumi, prove, signal }: Means): Step[] {
  const { record, changes, site, images } = plan;
  const { stack } = record;
  const note = (phase: Record["phase"]) => () =>
    onHost(scripts.writeRecord(site), `${JSON.stringify({ ...record, phase })}\n`);
  const update = (command: "up" | "destroy", stop: AbortSignal) =>
    updateUnlessLocked(pulumi, stack, () =>
      pulumi.show([command, "--stack", stack, "--yes", "--skip-preview"], stop),
    );
  // What arrived before the deployment began came from the old agent.
  let deployedAt = Date.now();
  return [
    step("fetch the images, while the old service runs", () => onHost(scripts.fetchImages(images))),
    step(`note in ${site.directory}/${recordFile} what is set aside`, note("moving"), {
      title: `remove ${recordFile}`,
      do: () => onHost(scripts.removeRecord(site)),
      byHand: `rm ${site.directory}/${recordFile}`,
    }),
    step(
      `give the stack ${changes.length} settings: ${changes.map(({ path }) => path).join(", ") || "none"}`,
      () => setSettings(pulumi, { stack }, changes),
      {
        title: "undo the settings that the stack was given",
        do: () => unsetSettings(pulumi, stack, record.settings),
        byHand: `git checkout Pulumi.${stack}.yaml, or pulumi config rm each`,
      },
    ),
    ...inOrder(record).map((container) => {
      const { name, running } = container;
      return step(
        `stop ${name} and rename it to ${asideName(name)}`,
        () => onHost(scripts.putAside(container)),
        {
          title: `put ${name} back${running ? " and start it" : ""}`,
          do: () => onHost(scripts.putBack(container)),
          byHand: `docker rename ${asideName(name)} ${name}; docker start ${name}`,
        },
      );
    }),
    step(
      "deploy: pulumi up",
      () => {
        deployedAt = Date.now();
        return update("up", signal);
      },
      {
        title: "destroy what was deployed",
        // A signal that is never given: a Ctrl-C does not stop what puts the old service back.
        do: () => update("destroy", new AbortController().signal),
        byHand: `pulumi cancel --stack ${stack}; pulumi destroy --stack ${stack}`,
      },
      {
        title: "remove what is left of it on the host",
        // A deployment that was cut off may have made what Pulumi does not know of.
        do: () => onHost(`${scripts.removeOthers(record)}\n${removeDirectories(site)}`),
        byHand:
          "docker rm -f the containers that have the names of the old ones; rm -rf config/versions config/current secrets/*-password secrets/github-*",
      },
    ),
    step("verify that everything arrives", () =>
      Promise.race([prove(deployedAt), rejectedBy(signal)]),
    ),
    step("record that the adoption is done", note("adopted")),
  ];
}

function step(title: string, act: Step["do"], ...undo: Undo[]): Step {
  return { title, do: act, undo };
}

function inOrder({ containers }: Record): Record["containers"] {
  return serviceNames.flatMap((name) => containers.filter((container) => container.name === name));
}
