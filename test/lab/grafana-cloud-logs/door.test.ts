import { beforeEach, describe, expect, it } from "vitest";
import { bytes, type Newest } from "../../../lab/stand-ins/grafana-cloud-logs/active-streams.ts";
import { Door } from "../../../lab/stand-ins/grafana-cloud-logs/door.ts";
import type { Limits } from "../../../lab/stand-ins/grafana-cloud-logs/limits.ts";
import { goTime, rfc3339 } from "../../../lab/stand-ins/grafana-cloud-logs/times.ts";
import type { Stream } from "../../../lab/stand-ins/grafana-cloud-logs/validate.ts";
import { entry, stream } from "./support.ts";

const HOUR = 3600;
const A = '{job="a"}';
/** As Loki names the stream: with the label that it adds. */
const A_NAMED = '{job="a", service_name="a"}';

let stored: Stream[];
let away: Error | undefined;
let known: Newest[];
let door: Door;

beforeEach(() => {
  stored = [];
  away = undefined;
  known = [];
  door = new Door({
    insert: async (streams) => {
      if (away) throw away;
      stored.push(...streams);
    },
    newest: async () => known,
  });
});

const push = (...streams: Parameters<Door["push"]>[0]) => door.push(streams, "200002");
const lines = () => stored.flatMap(({ entries }) => entries.map(({ line }) => line));
const limit = (changes: Partial<Limits>) => door.change(changes);
/** The counters, without the lines that name their type. */
const counted = () =>
  door.counters
    .text([])
    .split("\n")
    .filter((line) => line && !line.startsWith("#"))
    .map((line) => line.replace("grafana_cloud_logs_lines_", ""));

describe("the door lets pass", () => {
  it("what is well, with the labels that Loki adds", async () => {
    expect(await push(stream(A, entry("level=warn one")))).toEqual({ status: 204, text: "" });
    expect(stored[0]?.labels).toEqual({ job: "a", service_name: "a" });
    expect(stored[0]?.entries[0]?.metadata).toEqual({ detected_level: "warn" });
    expect(counted()).toEqual([`received_total${A} 1`, "accepted_total 1"]);
  });

  it("a line twice, and counts it twice", async () => {
    const twice = stream(A, entry("one"));
    await push(twice);
    await push(twice);
    expect(lines()).toEqual(["one", "one"]);
    expect(counted()).toContain(`received_total${A} 2`);
  });

  it("a line of exactly 256 KiB, an entry of nearly 168 h, one of nearly 10 min in the future", async () => {
    const answer = await push(
      stream('{job="long"}', entry("x".repeat(256 * 1024))),
      stream('{job="old"}', entry("old", 168 * HOUR - 5)),
      stream('{job="new"}', entry("new", -595)),
    );
    expect(answer.status).toBe(204);
  });

  it("an entry of nearly an hour before the newest of its stream, and any age in another stream", async () => {
    await push(stream(A, entry("new")));
    const behind = stream(A, entry("behind", HOUR - 5));
    expect((await push(behind, stream('{job="b"}', entry("other", 9 * HOUR)))).status).toBe(204);
  });
});

describe("the door refuses with 400, and keeps the rest of the batch:", () => {
  it("an entry older than 168 h", async () => {
    const [old, fresh] = [entry("old", 168 * HOUR + 2), entry("fresh")];
    const { status, text } = await push(stream(A, old, fresh), stream('{job="b"}', entry("b")));
    expect(status).toBe(400);
    expect(text).toMatch(
      `entry for stream '${A_NAMED}' has timestamp too old: ${rfc3339(old.time)}, oldest acceptable timestamp is: 20`,
    );
    expect(lines()).toEqual(["fresh", "b"]);
    expect(counted()).toContain('refused_total{reason="greater_than_max_sample_age"} 1');
  });

  it("an entry more than 10 min in the future", async () => {
    const future = entry("future", -602);
    expect(await push(stream(A, future, entry("now")))).toEqual({
      status: 400,
      text: `entry for stream '${A_NAMED}' has timestamp too new: ${rfc3339(future.time)}`,
    });
    expect(lines()).toEqual(["now"]);
  });

  it("a line above 256 KiB, counted in bytes", async () => {
    const long = `${"x".repeat(256 * 1024 - 1)}ä`;
    expect(await push(stream(A, entry(long), entry("short")))).toEqual({
      status: 400,
      text: `Max entry size '262144' bytes exceeded for stream '${A_NAMED}' while adding an entry with length '262145' bytes`,
    });
    expect(lines()).toEqual(["short"]);
    expect(counted()).toContain('refused_total{reason="line_too_long"} 1');
  });

  it("an entry more than 1 h behind the newest of its stream, in this push and the next", async () => {
    const [newest, behind] = [entry("newest"), entry("behind", HOUR + 2)];
    const text = [
      `entry with timestamp ${goTime(behind.time)} ignored, reason: 'entry too far behind, entry timestamp is: ${rfc3339(behind.time)}, oldest acceptable timestamp is: ${rfc3339(newest.time - 3600n * 1_000_000_000n)}',\n`,
      `user '200002', total ignored: 1 out of 3 for stream: ${A_NAMED}`,
    ].join("");
    const first = await push(stream(A, newest, behind, entry("later")));
    expect(first.status).toBe(400);
    expect(lines()).toEqual(["newest", "later"]);
    expect(first.text).toBe(text);
    expect((await push(stream(A, behind))).status).toBe(400);
    expect(counted()).toContain('refused_total{reason="too_far_behind"} 2');
  });

  it.each([
    ["more than 15 labels", 16, "max_label_names_per_series"],
    ["no label at all", 0, "missing_labels"],
  ])("%s", async (_, count, reason) => {
    const pairs = Array.from({ length: count }, (_, i) => `l${i}="x"`);
    const labels = `{${pairs.join(", ")}}`;
    const { status, text } = await push(
      stream(labels, entry("x"), entry("y")),
      stream(A, entry("z")),
    );
    expect([status, text]).toEqual([
      400,
      count
        ? `entry for stream '${labels}' has 16 label names; limit 15`
        : "error at least one label pair is required per stream",
    ]);
    expect(lines()).toEqual(["z"]);
    expect(counted()).toContain(`refused_total{reason="${reason}"} 2`);
  });

  it("does not count the label that Loki adds by itself", async () => {
    const pairs = Array.from({ length: 15 }, (_, i) => `l${i}="x"`);
    const labels = `{${[...pairs, 'service_name="x"'].join(", ")}}`;
    expect((await push(stream(labels, entry("x")))).status).toBe(204);
  });

  it.each([
    ["a long name", `{${"n".repeat(1025)}="x"}`, `has label name too long: '${"n".repeat(1025)}'`],
    [
      "a long value",
      `{a="${"v".repeat(2049)}"}`,
      `has label value too long: '${"v".repeat(2049)}'`,
    ],
    ["a name twice", '{a="1", a="2"}', "has duplicate label name: 'a'"],
  ])("%s of a label", async (_, labels, sentence) => {
    const text = `stream '${labels}' ${sentence}`;
    expect(await push(stream(labels, entry("x")))).toEqual({ status: 400, text });
    expect(stored).toEqual([]);
  });

  it("labels that are none", async () => {
    const labels = '{job="a", host=}';
    expect(await push(stream(labels, entry("x")))).toEqual({
      status: 400,
      text: `Error parsing labels '${labels}' with error: parse error at line 1, col 10: syntax error: unexpected  host=}`,
    });
  });

  it.each([
    ["bytes", { big: "x".repeat(65_536) }, "has structured metadata too large: '65539' bytes"],
    [
      "pairs",
      Object.fromEntries(Array.from({ length: 129 }, (_, i) => [`m${i}`, "x"])),
      "has too many structured metadata labels: '129', limit: '128'",
    ],
  ])("structured metadata of too many %s", async (_, metadata, sentence) => {
    const { status, text } = await push(stream(A, { ...entry("x"), metadata }));
    expect([status, text]).toEqual([
      400,
      expect.stringContaining(`stream '${A_NAMED}' ${sentence}`),
    ]);
  });

  it("several entries, each sentence with its number", async () => {
    const long = "x".repeat(256 * 1024 + 1);
    const { text } = await push(stream(A, entry(long), entry(long), entry("old", 200 * HOUR)));
    const [first, second] = text.split("; ");
    expect(first).toMatch(/^2 errors like: Max entry size/);
    expect(second).toMatch(/^1 errors like: entry for stream .+ has timestamp too old/);
  });

  it("and tells of at most ten entries of a stream", async () => {
    const behind = Array.from({ length: 12 }, () => entry("behind", 2 * HOUR));
    const { text } = await push(stream(A, entry("newest"), ...behind));
    expect(text.split("\n")).toHaveLength(11);
    expect(text).toContain("total ignored: 12 out of 13");
  });
});

describe("the door refuses with 429", () => {
  it("too many bytes of all streams: the whole request, until time has passed", async () => {
    limit({ bytesPerSecond: 1000, burstBytes: 10 });
    const text =
      "ingestion rate limit exceeded for user 200002 (limit: 1000 bytes/sec) while attempting to ingest '2' lines totaling '11' bytes, reduce log volume or contact your Loki administrator to see if the limit can be increased";
    const plain = (line: string) => ({ ...entry(line), metadata: {} });
    const both = [stream(A, plain("123456")), stream('{job="b"}', plain("12345"))];
    const levels = 2 * "detected_levelunknown".length;
    limit({ burstBytes: 10 + levels });
    expect(await push(...both)).toEqual({
      status: 429,
      text: text.replace("'11' bytes", `'${11 + levels}' bytes`),
    });
    expect(stored).toEqual([]);
    expect(counted()).toContain('refused_total{reason="rate_limited"} 2');
    limit({ burstBytes: 11 + levels });
    await new Promise((done) => setTimeout(done, 20));
    expect((await push(...both)).status).toBe(204);
  });

  it("too many bytes of one stream: what is above, and no other stream", async () => {
    limit({ streamBytesPerSecond: 1, streamBurstBytes: 30 });
    const { status, text } = await push(
      stream(A, entry("one"), entry("two")),
      stream('{job="b"}', entry("three")),
    );
    expect(status).toBe(429);
    expect(text).toContain(
      `reason: 'Per stream rate limit exceeded (limit: 1B/sec) while attempting to ingest for stream '${A_NAMED}' totaling 24B, consider splitting a stream via additional labels or contact your Loki administrator to see if the limit can be increased',\nuser '200002', total ignored: 1 out of 2 for stream: ${A_NAMED}`,
    );
    expect(lines()).toEqual(["one", "three"]);
    expect(counted()).toContain('refused_total{reason="per_stream_rate_limit"} 1');
  });

  it("a stream too many, and forgets those that are idle", async () => {
    limit({ maxStreams: 2 });
    await push(stream(A, entry("1")));
    const { status, text } = await push(
      stream('{job="b"}', entry("2")),
      stream('{job="c"}', entry("3")),
      stream(A, entry("4")),
    );
    expect(status).toBe(429);
    expect(text).toBe(
      'Maximum active stream limit exceeded when trying to create stream {job="c", service_name="c"}, reduce the number of active streams (reduce labels or reduce label values), or contact your Loki administrator to see if the limit can be increased, user: \'200002\'',
    );
    expect(lines()).toEqual(["1", "2", "4"]);
    limit({ idleSeconds: 0 });
    await new Promise((done) => setTimeout(done, 5));
    expect((await push(stream('{job="c"}', entry("3")))).status).toBe(204);
  });
});

it("a request without a stream is 422", async () => {
  const text = "error at least one valid stream is required for ingestion";
  expect(await push()).toEqual({ status: 422, text });
});

it("what the store did not take is judged anew when it comes again", async () => {
  const batch = stream(A, entry("behind", 2 * HOUR), entry("newest"));
  away = new Error("the store is away");
  await expect(push(batch)).rejects.toThrow("the store is away");
  away = undefined;
  expect((await push(batch)).status).toBe(204);
  expect(lines()).toEqual(["behind", "newest"]);
});

it("after a restart it continues with the streams that the store knows", async () => {
  const newest = entry("newest").time;
  known = [{ labels: { job: "a", service_name: "a" }, newest }];
  expect((await push(stream(A, entry("behind", HOUR + 2)))).status).toBe(400);
  limit({ maxStreams: 1 });
  expect((await push(stream(A, entry("fresh")))).status).toBe(204);
  expect((await push(stream('{job="b"}', entry("b")))).status).toBe(429);
});

describe("limits", () => {
  it("can be lowered and put back while it runs", async () => {
    limit({ maxLineBytes: 3 });
    expect((await push(stream(A, entry("four")))).status).toBe(400);
    door.change(undefined);
    expect((await push(stream(A, entry("four")))).status).toBe(204);
  });

  it.each([
    [{ maxLines: 1 }, "There is no limit maxLines."],
    [{ maxStreams: "1" }, "maxStreams has to be a number."],
  ])("%j is refused", (changes, sentence) => {
    expect(() => door.change(changes)).toThrow(sentence);
  });
});

it.each([
  [9, "9B"],
  [3 << 20, "3.1MB"],
  [15 << 20, "16MB"],
  [1024, "1.0kB"],
])("%i bytes are %s", (size, text) => {
  expect(bytes(size)).toBe(text);
});
