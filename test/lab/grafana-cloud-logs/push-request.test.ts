import protobuf from "protobufjs/light.js";
import { compress } from "snappyjs";
import { describe, expect, test } from "vitest";
import { formatLabels, parseLabels } from "../../../lab/stand-ins/grafana-cloud-logs/labels.ts";
import { decodePush } from "../../../lab/stand-ins/grafana-cloud-logs/push-request.ts";

/** A field of a message, with its number and wire type, as the format of Protocol Buffers has it. */
function message(...fields: [number: number, value: string | number | Uint8Array][]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [number, value] of fields) {
    writer.uint32((number << 3) | (typeof value === "number" ? 0 : 2));
    if (typeof value === "number") writer.int64(value);
    else if (typeof value === "string") writer.string(value);
    else writer.bytes(value);
  }
  return writer.finish();
}

const timestamp = message([1, 1_790_000_000], [2, 123_456_789]);
// The hash is no one's business.
const sent = message([
  1,
  message([1, '{job="a"}'], [2, message([1, timestamp], [2, "grüße"])], [3, 42]),
]);
const values = [["1790000000123456789", "grüße"]];
const json = JSON.stringify({ streams: [{ stream: { job: "a" }, values }] });

test.each([
  ["protobuf, compressed with snappy", Buffer.from(compress(sent)), "application/x-protobuf"],
  ["JSON", Buffer.from(json), "application/json; charset=utf-8"],
])("a push in %s", (_, body, contentType) => {
  const entry = { time: 1_790_000_000_123_456_789n, line: "grüße", bytes: 7 };
  expect(decodePush(body, contentType)).toEqual([{ labels: '{job="a"}', entries: [entry] }]);
});

test("a push that is neither is refused", () => {
  expect(() => decodePush(Buffer.from(sent))).toThrow();
});

describe("labels", () => {
  test.each([
    ['{b="2", a="1"}', { a: "1", b: "2" }],
    ['{a="1",}', { a: "1" }],
    ["{}", {}],
    ['{a="x\\"y, b=\\\\ \\n"}', { a: 'x"y, b=\\ \n' }],
    ['{a="\\x41\\u00e4\\U0001f600\\a\\v"}', { a: "Aä😀\u0007\u000b" }],
    ['{ a = "1" , b = `x"\\n` }', { a: "1", b: 'x"\\n' }],
  ])("%s", (text, labels) => {
    expect(Object.fromEntries(parseLabels(text))).toEqual(labels);
    expect(Object.fromEntries(parseLabels(formatLabels(labels)))).toEqual(labels);
  });

  test.each(['{a="1"', 'a="1"', '{a="1" b="2"}', "{a=1}", '{1a="1"}', '{a="\\d"}'])(
    "%s are refused",
    (text) => {
      expect(() => parseLabels(text)).toThrow(/^parse error/);
    },
  );

  test("are written in order of their names", () => {
    expect(formatLabels({ b: "2", a: 'x"' })).toBe('{a="x\\"", b="2"}');
  });
});
