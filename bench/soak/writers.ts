import { chmod, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { labDir } from "../../lab/paths.ts";
import { ensureNetwork, LAB_LABEL } from "../../lab/world/networks.ts";
import { BENCH_LABEL } from "../bench-containers.ts";
import { isShortLived, KINDS, type Kind, writersOf } from "./kinds.ts";

/** The mark on containers that nobody starts again. */
export const SHORT_LIVED_LABEL = `${BENCH_LABEL}.short-lived`;

/** Where each writer notes the number of its last line. */
const countsDir = join(labDir, "soak");
/** Not the lab's own network: after the daemon's restart, its sinks must find their fixed addresses free. */
const [NETWORK, SECOND_NETWORK] = ["soak", "soak-second"];

/**
 * Numbers its lines, on from what it wrote before it was restarted. A signal ends it between two times, so that the
 * number that it noted is that of its last line.
 */
const SCRIPT = `
n=$(cat /counts/$WRITER 2>/dev/null)
n=\${n:-0}
over=
trap 'over=1' TERM
padding=$(head -c $PADDING /dev/zero | tr '\\0' x)
write() {
  i=0
  while [ $i -lt $1 ]; do
    i=$((i + 1)); n=$((n + 1))
    echo "$MARK $WRITER $n |$padding"
  done
  echo $n >/counts/$WRITER
}
write $FIRST
while :; do
  s=0
  while [ $s -lt $PAUSE ]; do
    sleep 1
    [ "$over" ] && exit 0
    s=$((s + 1))
  done
  write $LINES
  TIMES=$((TIMES - 1))
  [ $TIMES -eq 0 ] && exit 1
done`;

/** How to make writers. */
export interface Maker {
  docker: Docker;
  image: string;
  /** What every line of this run begins with. */
  mark: string;
}

/** When a container lived that another one followed, in ms since 1970. */
export interface Life {
  writer: string;
  begin: number;
  end: number;
}

/** Starts all writers that run on. */
export async function startWriters(maker: Maker): Promise<void> {
  await rm(countsDir, { recursive: true, force: true });
  await mkdir(countsDir, { recursive: true });
  await chmod(countsDir, 0o777);
  for (const network of [NETWORK, SECOND_NETWORK]) await ensureNetwork(maker.docker, network, {});
  for (const kind of KINDS.filter((one) => !isShortLived(one))) {
    for (const writer of writersOf(kind)) await startWriter(maker, kind, writer);
  }
}

/** Keeps one container after the other in each place of the short-lived kinds until `end`, which answers their lives. */
export function keepShortLived(maker: Maker): { end(): Promise<Life[]> } {
  const places = KINDS.filter(isShortLived).flatMap((kind) =>
    writersOf(kind).map((place) => ({ kind, place })),
  );
  let over = false;
  const lives = places.map(async ({ kind, place }) => {
    const lived: Life[] = [];
    for (let i = 1; !over; i += 1) lived.push(await live(maker, kind, `${place}-${i}`));
    return lived;
  });
  return {
    end: async () => {
      over = true;
      return (await Promise.all(lives)).flat();
    },
  };
}

/** One short life. Docker may be away meanwhile: then the container ended with it. */
async function live(maker: Maker, kind: Kind, writer: string): Promise<Life> {
  const begin = Date.now();
  const container = maker.docker.getContainer(containerOf(writer));
  try {
    await startWriter(maker, kind, writer);
    // By questions: the answer to one long `wait` would be lost with the daemon, and nobody told.
    while ((await container.inspect()).State.Running) await sleep(500);
  } catch {
    await sleep(1000);
  }
  const end = Date.now();
  // As `docker run --rm` does; what can't be removed now is removed at the end.
  await container.remove({ force: true }).catch(() => sleep(1000));
  return { writer, begin, end };
}

export const containerOf = (writer: string) => `soak-${writer}`;

async function startWriter({ docker, image, mark }: Maker, kind: Kind, writer: string) {
  const container = await docker.createContainer({
    name: containerOf(writer),
    Image: image,
    Entrypoint: ["sh", "-c"],
    Cmd: [SCRIPT],
    User: "0:0",
    Env: [
      ...[`MARK=${mark}`, `WRITER=${writer}`, `FIRST=${kind.first}`, `LINES=${kind.lines}`],
      ...[`PAUSE=${kind.pause}`, `TIMES=${kind.times ?? 0}`, `PADDING=${kind.padding ?? 0}`],
    ],
    Labels: {
      [LAB_LABEL]: "true",
      [BENCH_LABEL]: "true",
      ...(isShortLived(kind) ? { [SHORT_LIVED_LABEL]: "true" } : {}),
      "com.docker.compose.project": "soak",
      "com.docker.compose.service": writer,
    },
    HostConfig: {
      NetworkMode: networkMode(kind),
      RestartPolicy: { Name: isShortLived(kind) ? "no" : "always" },
      Memory: 32 * 1024 * 1024,
      Binds: [`${countsDir}:/counts`],
      LogConfig: kind.log ?? { Type: "json-file", Config: {} },
    },
  });
  if (kind.network === "several") {
    await docker.getNetwork(SECOND_NETWORK).connect({ Container: container.id });
  }
  await container.start();
}

function networkMode({ network }: Kind): string {
  return network === "of another container" ? `container:${containerOf("talking-1")}` : NETWORK;
}

/** Ends every writer that runs, each after its last line. */
export async function stopWriters(docker: Docker): Promise<void> {
  const running = await docker.listContainers({ filters: { label: [`${BENCH_LABEL}=true`] } });
  // One that restarts again and again may have ended by itself.
  const ended = ({ statusCode }: { statusCode: number }) => statusCode === 304;
  await Promise.all(
    running.map(({ Id }) =>
      docker
        .getContainer(Id)
        .stop({ t: 10 })
        .catch((error) => {
          if (!ended(error)) throw error;
        }),
    ),
  );
}

/** How many lines each writer has written. */
export async function written(): Promise<Map<string, number>> {
  const writers = await readdir(countsDir);
  return new Map(
    await Promise.all(writers.map(async (one) => [one, await countOf(one)] as [string, number])),
  );
}

/** A writer that notes its number empties the file first. */
async function countOf(writer: string): Promise<number> {
  for (let i = 0; i < 100; i += 1) {
    const text = await readFile(join(countsDir, writer), "utf8");
    if (text) return Number(text);
    await sleep(20);
  }
  throw new Error(`${writer} was ended while it noted its number.`);
}
