import { beforeEach, expect, test } from "vitest";
import type { Newest } from "../../../lab/stand-ins/grafana-cloud-logs/active-streams.ts";
import { Door } from "../../../lab/stand-ins/grafana-cloud-logs/door.ts";
import type { Limits } from "../../../lab/stand-ins/grafana-cloud-logs/limits.ts";
import type {
  PushedEntry,
  PushedStream,
} from "../../../lab/stand-ins/grafana-cloud-logs/push-request.ts";
import { goTime, nowNs, rfc3339, SECOND } from "../../../lab/stand-ins/grafana-cloud-logs/times.ts";
import type { Stream } from "../../../lab/stand-ins/grafana-cloud-logs/validate.ts";

const HOUR = 3600;
/** As Loki names the stream `a`: with the label that it adds. */
const A = '{job="a", service_name="a"}';

/** An entry as a client sends it, so many seconds ago. */
function entry(line: string, secondsAgo = 0): PushedEntry {
  return { time: nowNs() - BigInt(secondsAgo) * SECOND, line, bytes: Buffer.byteLength(line) };
}

const stream = (job: string, ...entries: PushedEntry[]): PushedStream => ({
  labels: `{job="${job}"}`,
  entries,
});

let stored: Stream[];
let away: Error | undefined;
let known: Newest[];
let door: Door;

beforeEach(() => {
  stored = [];
  away = undefined;
  known = [];
  door = doorWith({});
});

function doorWith(limits: Partial<Limits>): Door {
  const insert = async (streams: Stream[]) => {
    if (away) throw away;
    stored.push(...streams);
  };
  return new Door({ insert, newest: async () => known }, limits);
}

const push = (...streams: PushedStream[]) => door.push(streams, "200002");
const lines = () => stored.flatMap(({ entries }) => entries.map(({ line }) => line));

test("what is well is stored, with the label that Loki adds", async () => {
  const one = entry("one");
  expect(await push(stream("a", one))).toEqual({ status: 204, text: "" });
  expect(stored).toEqual([{ labels: { job: "a", service_name: "a" }, entries: [one] }]);
});

test.each([
  ["a line of exactly 256 KiB", [stream("a", entry("x".repeat(256 * 1024)))]],
  ["an entry of nearly 168 h", [stream("a", entry("old", 168 * HOUR - 5))]],
  ["one of nearly 10 min in the future", [stream("a", entry("new", -595))]],
  ["one of nearly an hour before the newest", [stream("a", entry("new"), entry("x", HOUR - 5))]],
  ["any age in another stream", [stream("a", entry("new")), stream("b", entry("x", 9 * HOUR))]],
  ["15 labels beside the one that Loki adds", [labelled(15, ', service_name="x"')]],
])("%s is let in", async (_, streams) => {
  expect(await push(...streams)).toEqual({ status: 204, text: "" });
});

function labelled(count: number, more = ""): PushedStream {
  const pairs = Array.from({ length: count }, (_, i) => `l${i}="x"`);
  return { labels: `{${pairs.join(", ")}${more}}`, entries: [entry("x")] };
}

const [old, future] = [entry("old", 168 * HOUR + 60), entry("future", -660)];

test.each([
  [
    "an entry older than 168 h",
    stream("a", old),
    `entry for stream '${A}' has timestamp too old: ${rfc3339(old.time)}, oldest acceptable timestamp is: 20`,
  ],
  [
    "an entry more than 10 min in the future",
    stream("a", future),
    `entry for stream '${A}' has timestamp too new: ${rfc3339(future.time)}`,
  ],
  [
    "a line above 256 KiB, counted in bytes",
    stream("a", entry(`${"x".repeat(256 * 1024 - 1)}ä`)),
    `Max entry size '262144' bytes exceeded for stream '${A}' while adding an entry with length '262145' bytes`,
  ],
  [
    "more than 15 labels",
    labelled(16),
    `entry for stream '${labelled(16).labels}' has 16 label names; limit 15`,
  ],
  ["no label at all", labelled(0), "error at least one label pair is required per stream"],
  [
    "labels that are none",
    { labels: '{job="a", host=}', entries: [entry("x")] },
    `Error parsing labels '{job="a", host=}' with error: parse error at line 1, col 10: syntax error: unexpected  host=}`,
  ],
])("%s is refused with 400, and the rest of the batch is kept", async (_, bad, sentence) => {
  const { status, text } = await push(bad, stream("b", entry("rest")));
  expect([status, text]).toEqual([400, expect.stringContaining(sentence)]);
  expect(lines()).toEqual(["rest"]);
});

test("several faults are told in one sentence each, with their number", async () => {
  const long = entry("x".repeat(256 * 1024 + 1));
  const { text } = await push(stream("a", long, long, old));
  expect(text).toMatch(/^2 errors like: Max entry size .+; 1 errors like: entry for .+ too old/);
});

test("an entry more than 1 h behind the newest of its stream is refused, in this push and the next", async () => {
  const [newest, behind] = [entry("newest"), entry("behind", HOUR + 2)];
  const reason = `entry too far behind, entry timestamp is: ${rfc3339(behind.time)}, oldest acceptable timestamp is: ${rfc3339(newest.time - 3600n * SECOND)}`;
  expect(await push(stream("a", newest, behind, entry("later")))).toEqual({
    status: 400,
    text: `entry with timestamp ${goTime(behind.time)} ignored, reason: '${reason}',\nuser '200002', total ignored: 1 out of 3 for stream: ${A}`,
  });
  expect(lines()).toEqual(["newest", "later"]);
  const twelve = Array.from({ length: 12 }, () => ({ ...behind }));
  const { text } = await push(stream("a", ...twelve));
  expect(text.split("\n")).toHaveLength(11);
  expect(text).toContain("total ignored: 12 out of 12");
});

test("too many bytes of all streams are 429: the whole request, until time has passed", async () => {
  door = doorWith({ bytesPerSecond: 100, burstBytes: 11 });
  expect((await push(stream("a", entry("12345")))).status).toBe(204);
  const both = [stream("a", entry("123456")), stream("b", entry("12345"))];
  expect(await push(...both)).toEqual({
    status: 429,
    text: "ingestion rate limit exceeded for user 200002 (limit: 100 bytes/sec) while attempting to ingest '2' lines totaling '11' bytes, reduce log volume or contact your Loki administrator to see if the limit can be increased",
  });
  expect(lines()).toEqual(["12345"]);
  await new Promise((done) => setTimeout(done, 60));
  expect((await push(...both)).status).toBe(204);
});

test("a stream too many is 429, and known streams continue", async () => {
  door = doorWith({ maxStreams: 2 });
  await push(stream("a", entry("1")));
  expect(
    await push(stream("b", entry("2")), stream("c", entry("3")), stream("a", entry("4"))),
  ).toEqual({
    status: 429,
    text: 'Maximum active stream limit exceeded when trying to create stream {job="c", service_name="c"}, reduce the number of active streams (reduce labels or reduce label values), or contact your Loki administrator to see if the limit can be increased, user: \'200002\'',
  });
  expect(lines()).toEqual(["1", "2", "4"]);
});

test("a stream that is idle is forgotten", async () => {
  door = doorWith({ maxStreams: 1, idleSeconds: 0 });
  await push(stream("a", entry("1")));
  await new Promise((done) => setTimeout(done, 5));
  expect((await push(stream("b", entry("2")))).status).toBe(204);
});

test("a request without a stream is 422", async () => {
  const text = "error at least one valid stream is required for ingestion";
  expect(await push()).toEqual({ status: 422, text });
});

test("what the store did not take is judged as new when it comes again", async () => {
  const batch = stream("a", entry("behind", 2 * HOUR), entry("newest"));
  away = new Error("the store is away");
  await expect(push(batch)).rejects.toThrow("the store is away");
  away = undefined;
  expect((await push(batch)).status).toBe(204);
  expect(lines()).toEqual(["behind", "newest"]);
});

test("after a restart it continues with the streams that the store knows", async () => {
  known = [{ labels: { job: "a", service_name: "a" }, newest: entry("newest").time }];
  door = doorWith({ maxStreams: 1 });
  expect((await push(stream("a", entry("behind", HOUR + 2)))).status).toBe(400);
  expect((await push(stream("a", entry("fresh")))).status).toBe(204);
  expect((await push(stream("b", entry("b")))).status).toBe(429);
});
