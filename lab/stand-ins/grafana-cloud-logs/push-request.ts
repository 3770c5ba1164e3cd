import protobuf from "protobufjs/light.js";
import { uncompress } from "snappyjs";
import { formatLabels, type Labels } from "./labels.ts";
import { SECOND } from "./times.ts";

export interface PushedEntry {
  /** ns since 1970. */
  time: bigint;
  line: string;
  /** Length of the line as it was sent. */
  bytes: number;
}

/** A stream as it was sent: its labels are still text. */
export interface PushedStream {
  labels: string;
  entries: PushedEntry[];
}

/** The fields of logproto.PushRequest that Alloy sets for this project's pipelines: no structured metadata. */
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
      },
    },
    Timestamp: { fields: { seconds: { type: "int64", id: 1 }, nanos: { type: "int32", id: 2 } } },
  },
}).nested as { PushRequest: protobuf.Type };

interface ProtoStream {
  labels: string;
  entries: { timestamp?: { seconds: string; nanos: number }; line: Buffer }[];
}

/** Reads a push in either of its two forms, JSON or protobuf with snappy; throws on what is neither. */
export function decodePush(body: Buffer, contentType = ""): PushedStream[] {
  if (contentType.startsWith("application/json")) return fromJson(JSON.parse(body.toString()));
  return fromProtobuf(Buffer.from(uncompress(body)));
}

function fromProtobuf(message: Buffer): PushedStream[] {
  const options = { longs: String, defaults: true, arrays: true };
  const { streams } = PushRequest.toObject(PushRequest.decode(message), options);
  return (streams as ProtoStream[]).map(({ labels, entries }) => ({
    labels,
    entries: entries.map(({ timestamp, line }) => ({
      time: BigInt(timestamp?.seconds ?? 0) * SECOND + BigInt(timestamp?.nanos ?? 0),
      line: Buffer.from(line).toString(),
      bytes: line.length,
    })),
  }));
}

interface JsonPush {
  streams: { stream: Labels; values: [time: string, line: string][] }[];
}

function fromJson({ streams }: JsonPush): PushedStream[] {
  return streams.map(({ stream, values }) => ({
    labels: formatLabels(stream),
    entries: values.map(([time, line]) => ({
      time: BigInt(time),
      line,
      bytes: Buffer.byteLength(line),
    })),
  }));
}
