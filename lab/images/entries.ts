import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Pack, pack } from "tar-stream";

/** A file, directory or link in an image or container; owned by root unless `uid` says otherwise. */
export interface Entry {
  /** Path in the container, without the leading slash. */
  path: string;
  /** Default: 0755 for directories, else 0644. */
  mode?: number;
  uid?: number;
  gid?: number;
  /** The file's text. Neither this nor `source`: a directory. */
  content?: string;
  /** A file of this machine to take the bytes from. */
  source?: string;
}

/** A tar archive of the entries; the same entries give the same bytes. */
export function entriesArchive(entries: Entry[]): Readable {
  return tarArchive(async (archive) => {
    for (const entry of entries) {
      if (entry.source) await writeSource(archive, entry, entry.source);
      else archive.entry(header(entry), entry.content ?? "");
    }
  });
}

/** A tar archive that is written while it is read. */
export function tarArchive(write: (archive: Pack) => Promise<void>): Readable {
  const archive = pack();
  const out = new PassThrough();
  write(archive).then(
    () => archive.finalize(),
    (error) => out.destroy(error),
  );
  pipeline(archive, out).catch((error) => out.destroy(error));
  return out;
}

async function writeSource(archive: Pack, entry: Entry, source: string): Promise<void> {
  const { size } = await stat(source);
  const target = archive.entry({ ...header(entry), type: "file", size });
  await pipeline(createReadStream(source, { highWaterMark: 1 << 20 }), target);
}

function header({ path, mode, uid = 0, gid = uid, content, source }: Entry) {
  const file = content !== undefined || source !== undefined;
  const type = file ? ("file" as const) : ("directory" as const);
  return { name: path, type, mode: mode ?? (file ? 0o644 : 0o755), uid, gid, mtime: new Date(0) };
}
