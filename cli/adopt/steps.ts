import { removeDirectories } from "../../components/files/install-scripts.ts";
import * as scripts from "./host-scripts.ts";
import { asideName, type Record, recordText, serviceNames } from "./record.ts";
import type { Change } from "./taken-over.ts";

/** One thing that is done, as data: nothing of it is done here. */
export type Action =
  /** A POSIX script on the host, and what it reads from standard input. */
  | { kind: "host"; script: string; data?: string }
  /** Settings that the stack gets. */
  | { kind: "set"; changes: readonly Change[] }
  /** Settings that the stack loses, by path. */
  | { kind: "unset"; paths: readonly string[] }
  /** `pulumi cancel`: a run that was cut off may have left its lock. */
  | { kind: "unlock" }
  /** `pulumi up`. */
  | { kind: "deploy" }
  /** `pulumi destroy`. */
  | { kind: "destroy" }
  /** The proof that everything arrives, from the new agent. */
  | { kind: "verify" };

/** What is done when a step is taken back, with what the operator reads about it. */
export interface Undo {
  title: string;
  action: Action;
  /** What to do by hand when it fails. */
  byHand: string;
}

/** One step forward. Its undoing is right whether the step was done, half done or not begun. */
export interface Step {
  title: string;
  action: Action;
  /** In the order in which they are done. */
  undo: Undo[];
}

export interface PlanArgs {
  record: Record;
  /** Settings that are still to be set: none where an earlier run did. */
  changes: readonly Change[];
  site: scripts.RecordSite;
  /** Images that can be fetched, by reference; those that are only on the host are left out. */
  images: readonly string[];
  /** Whether an earlier run was cut off. */
  resumed: boolean;
}

/** All steps, in order. The same record gives the same plan, so a run that was cut off can be gone on with. */
export function plan({ record, changes, site, images, resumed }: PlanArgs): Step[] {
  const host = (script: string, data?: string): Action => ({ kind: "host", script, data });
  const note = (phase: Record["phase"]) =>
    host(scripts.writeRecord(site), recordText({ ...record, phase }));
  return [
    {
      title: "fetch the images, while the old service runs",
      action: host(scripts.fetchImages(images)),
      undo: [],
    },
    {
      title: `note in ${site.directory}/adopt.json what is put aside`,
      action: note("moving"),
      undo: [
        {
          title: "remove adopt.json",
          action: host(scripts.removeRecord(site)),
          byHand: `rm ${site.directory}/adopt.json`,
        },
      ],
    },
    {
      title: `give the stack ${changes.length} settings: ${changes.map(nameOf).join(", ") || "none"}`,
      action: { kind: "set", changes },
      undo: [
        {
          title: "take back the settings that the stack was given",
          action: { kind: "unset", paths: record.settings },
          byHand: `git checkout Pulumi.${record.stack}.yaml, or pulumi config rm each`,
        },
      ],
    },
    ...inOrder(record).map((container) => ({
      title: `stop ${container.name} and rename it to ${asideName(container.name)}`,
      action: host(scripts.putAside(container)),
      undo: [
        {
          title: `put ${container.name} back${container.running ? " and start it" : ""}`,
          action: host(scripts.putBack(container)),
          byHand: `docker rename ${asideName(container.name)} ${container.name}; docker start ${container.name}`,
        },
      ],
    })),
    ...(resumed ? [unlock] : []),
    {
      title: "deploy: pulumi up",
      action: { kind: "deploy" },
      undo: [
        {
          title: "destroy what was deployed",
          action: { kind: "destroy" },
          byHand: `pulumi cancel --stack ${record.stack}; pulumi destroy --stack ${record.stack}`,
        },
        {
          title: "remove what is left of it on the host",
          // A deployment that was cut off may have made what Pulumi does not know of.
          action: host(`${scripts.removeOthers(record)}\n${removeDirectories(site)}`),
          byHand:
            "docker rm -f the containers that have the names of the old ones; rm -rf secrets config/versions config/current",
        },
      ],
    },
    { title: "verify that everything arrives", action: { kind: "verify" }, undo: [] },
    { title: "note that the adoption is done", action: note("adopted"), undo: [] },
  ];
}

const unlock: Step = {
  title: "release the stack's lock, should the run that was cut off have left it",
  action: { kind: "unlock" },
  undo: [],
};

function nameOf({ path }: Change): string {
  return path.join(".");
}

/** The agent first, so that the proxy is there until its last line was read. */
function inOrder({ containers }: Record): Record["containers"] {
  return serviceNames.flatMap((name) => containers.filter((container) => container.name === name));
}
