import { gunzipSync, inflateRawSync } from "node:zlib";
import protobuf from "protobufjs/light.js";
import { uncompress } from "snappyjs";
import type { Labels } from "./labels.ts";

export interface PushedEntry {
  /** ns since 1970. */
  time: bigint;
  line: string;
  /** Length of the line as it was sent. */
  bytes: number;
  /** Structured metadata. */
  metadata: Labels;
}

/** A stream as it was sent: its labels are still text. */
export interface PushedStream {
  labels: string;
  entries: PushedEntry[];
}

/** The fields of logproto.PushRequest that clients set. */
const { PushRequest } = protobuf.Root.fromJSON({
  nested: {
    PushRequest: { fields: { streams: { rule: "repeated", type: "Stream", id: 1 } } },
    Stream: {
      fields: {
        labels: { type: "string", id: 1 },
        entries: { rule: "repeated", type: "Entry", id: 2 },
      },
    },
    Entry: {
      fields: {
        timestamp: { type: "Timestamp", id: 1 },
        // A string, but its length in bytes counts.
        line: { type: "bytes", id: 2 },
        structuredMetadata: { rule: "repeated", type: "LabelPair", id: 3 },
      },
    },
    Timestamp: { fields: { seconds: { type: "int64", id: 1 }, nanos: { type: "int32", id: 2 } } },
    LabelPair: { fields: { name: { type: "string", id: 1 }, value: { type: "string", id: 2 } } },
  },
}).nested as { PushRequest: protobuf.Type };

interface ProtoStream {
  labels: string;
  entries: {
    timestamp?: { seconds: string; nanos: number };
    line: Buffer;
    structuredMetadata: { name: string; value: string }[];
  }[];
}

/** Reads a push in either of its two forms; throws on what is neither. */
export function decodePush(
  body: Buffer,
  headers: { "content-type"?: string; "content-encoding"?: string },
): PushedStream[] {
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  const plain = inflated(body, headers["content-encoding"] ?? "");
  if (type.trim() === "application/json") return fromJson(JSON.parse(plain.toString()));
  return fromProtobuf(Buffer.from(uncompress(plain)));
}

function inflated(body: Buffer, encoding: string): Buffer {
  if (encoding === "gzip") return gunzipSync(body);
  if (encoding === "deflate") return inflateRawSync(body);
  // A protobuf is compressed with snappy whether the header says so or not.
  if (encoding === "" || encoding === "snappy") return body;
  throw new Error(`Content-Encoding "${encoding}" not supported`);
}

function fromProtobuf(message: Buffer): PushedStream[] {
  const options = { longs: String, defaults: true, arrays: true };
  const { streams } = PushRequest.toObject(PushRequest.decode(message), options);
  return (streams as ProtoStream[]).map(({ labels, entries }) => ({
    labels,
    entries: entries.map(({ timestamp, line, structuredMetadata }) => ({
      time: BigInt(timestamp?.seconds ?? 0) * 1_000_000_000n + BigInt(timestamp?.nanos ?? 0),
      line: Buffer.from(line).toString(),
      bytes: line.length,
      metadata: Object.fromEntries(structuredMetadata.map(({ name, value }) => [name, value])),
    })),
  }));
}

interface JsonPush {
  streams: { stream: Labels; values: [time: string, line: string, metadata?: Labels][] }[];
}

function fromJson({ streams }: JsonPush): PushedStream[] {
  return streams.map(({ stream, values }) => ({
    labels: `{${Object.entries(stream).map(([name, value]) => `${name}=${JSON.stringify(value)}`)}}`,
    entries: values.map(([time, line, metadata = {}]) => ({
      time: BigInt(time),
      line,
      bytes: Buffer.byteLength(line),
      metadata,
    })),
  }));
}
