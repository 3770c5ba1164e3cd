import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as docker from "@pulumi/docker";
import type Docker from "dockerode";
import { afterAll, afterEach, beforeAll } from "vitest";
import { type Doubles, startDoubles } from "../../../lab/doubles/engine/start.ts";
import { destroyAll, testStack } from "./stack.ts";
import { IMAGE, labDocker, startHost } from "./test-host.ts";
import { type Way, wayTo } from "./way.ts";

const TIMEOUT = 180_000;
export const SLEEP = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1; done"];
/** On the host, and a place for what the doubles print. */
export const dir = mkdtempSync(join(tmpdir(), "docker-double-"));

export let engine: Docker;
/** The way to the SSH server, which can be closed. */
export let way: Way;
let doubles: Doubles;
let engineHost: string;
let host: Awaited<ReturnType<typeof startHost>>;

/** Starts the doubles for a file's tests, and destroys what each of them made. */
export function withDoubles(): void {
  beforeAll(async () => {
    ({ host: engineHost, client: engine } = await labDocker());
    host = await startHost();
    way = await wayTo(host.port);
    doubles = await startDoubles({ logDir: join(dir, "logs") });
  }, TIMEOUT);
  afterEach(destroyAll, TIMEOUT);
  afterAll(async () => {
    await doubles?.stop();
    way?.close();
    await host?.stop();
  });
}

type Options = { provider: docker.Provider };
export type Build = (opts: Options) => object | undefined;
type Args = Omit<docker.ContainerArgs, "image">;

const socketProvider = () => new docker.Provider("socket", { host: engineHost });

export function sshProvider(): docker.Provider {
  const args = { host: `ssh://root@127.0.0.1:${way.port}`, sshOpts: host.options };
  return new docker.Provider("ssh", { ...args, disableDockerDaemonCheck: true });
}

const stackOn = (provider: () => docker.Provider, build: Build) =>
  testStack(async () => {
    const built = build({ provider: provider() });
    return built instanceof docker.Container ? { container: built } : undefined;
  }, doubles.env);

export const onSocket = (build: Build) => stackOn(socketProvider, build);
export const overSsh = (build: Build) => stackOn(sshProvider, build);

/** A container that sleeps, unless told otherwise. */
export const container = (args: Args, opts: Options) =>
  new docker.Container("c", { command: SLEEP, ...args, image: IMAGE }, opts);

/** A stack of one container. */
export const oneContainer = (args: () => Args) => onSocket((opts) => container(args(), opts));

export const inspect = (name: string) => engine.getContainer(name).inspect();

/** What an update does, where it only changes the container, and where it makes a new one. */
export const UPDATE = ["update c"];
export const REPLACE = ["delete-replaced c", "replace c", "create-replacement c"];
