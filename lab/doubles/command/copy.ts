import { readdir, stat } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import { promisify } from "node:util";
import type { Client, SFTPWrapper, Stats } from "ssh2";
import type { CallContext, CheckFailure, ResourceDouble } from "../engine/provider.ts";
import { assetHash, assetPath, type Bag, isBag } from "../engine/values.ts";
import { dial } from "./dial.ts";
import { type CommandClient, diffCommand, uniqueId } from "./lifecycle.ts";
import { checkConnection } from "./ssh.ts";

const NO_SUCH_FILE = 2;

async function remoteStat(sftp: SFTPWrapper, path: string): Promise<Stats | undefined> {
  return new Promise((done, fail) => {
    sftp.stat(path, (error, stats) => {
      if (!error) return done(stats);
      const missing = (error as { code?: number }).code === NO_SUCH_FILE;
      missing
        ? done(undefined)
        : fail(new Error(`failed to stat remote path ${path}: ${error.message}`));
    });
  });
}

/** Makes the directory unless it is there. */
async function requireDirectory(sftp: SFTPWrapper, path: string): Promise<void> {
  const found = await remoteStat(sftp, path);
  if (found?.isDirectory()) return;
  if (found) throw new Error(`remote path ${path} exists but is not a directory`);
  try {
    await promisify<string, void>(sftp.mkdir.bind(sftp))(path);
  } catch (error) {
    throw new Error(`failed to create remote directory ${path}: ${(error as Error).message}`);
  }
}

async function copyFile(sftp: SFTPWrapper, source: string, target: string): Promise<void> {
  try {
    await promisify<string, string, void>(sftp.fastPut.bind(sftp))(source, target);
  } catch (error) {
    throw new Error(
      `failed to copy file ${source} to remote path ${target}: ${(error as Error).message}`,
    );
  }
}

async function copyTree(sftp: SFTPWrapper, source: string, target: string): Promise<void> {
  await requireDirectory(sftp, target);
  const entries = await readdir(source, { withFileTypes: true });
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const [from, to] = [join(source, entry.name), posix.join(target, entry.name)];
    await (entry.isDirectory() ? copyTree(sftp, from, to) : copyFile(sftp, from, to));
  }
}

/**
 * Copies as the real provider does (`sftpCopy` in copyController.go): a folder goes under the remote
 * path with its own name, unless its path ends in a slash; a file goes into a directory or becomes
 * the path; nothing is removed.
 */
async function copy(sftp: SFTPWrapper, source: string, target: string): Promise<void> {
  const info = await stat(source);
  if (!info.isDirectory()) {
    const there = await remoteStat(sftp, target);
    const into = there?.isDirectory() ? posix.join(target, basename(source)) : target;
    return copyFile(sftp, source, into);
  }
  await requireDirectory(sftp, target);
  const under = source.endsWith("/") ? target : posix.join(target, basename(source));
  return copyTree(sftp, source, under);
}

async function upload(inputs: Bag, { log, signal }: CallContext<CommandClient>): Promise<void> {
  const connection = isBag(inputs.connection) ? inputs.connection : {};
  const client: Client = await dial(connection, signal, (line) => log("info", line, true));
  try {
    const sftp = await promisify<SFTPWrapper>(client.sftp.bind(client))();
    await copy(sftp, assetPath(inputs.source) ?? "", String(inputs.remotePath));
  } finally {
    client.end();
  }
}

function checkSource({ source }: Bag): CheckFailure[] {
  if (source === undefined || assetPath(source)) return [];
  return [{ property: "source", reason: "must be a FileAsset or a FileArchive (a path)" }];
}

/** `command:remote:CopyToRemote`. A delete does nothing: what was copied stays. */
export const copyToRemote: ResourceDouble<CommandClient> = {
  schema: {
    inputs: ["connection", "remotePath", "source", "triggers"],
    required: ["connection", "remotePath", "source"],
    computed: [],
  },
  secretOutputs: ["connection"],
  computedOnUpdate: "unknown",
  check: (inputs) => [...checkConnection(inputs), ...checkSource(inputs)],
  diff: diffCommand,

  async create(inputs, context) {
    await upload(inputs, context);
    return { id: uniqueId(context.urn), outs: inputs };
  },

  async update(_id, state, news, context) {
    const changed = assetHash(news.source) !== assetHash(state.source);
    if (changed || news.remotePath !== state.remotePath) await upload(news, context);
    return news;
  },
};
