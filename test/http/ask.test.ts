import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { ask, jsonOf, outcome, retryAfter } from "../../http/ask.ts";
import { askPatiently } from "../../http/patience.ts";

const answer = { status: 429, reason: "", headers: {}, text: "", json: undefined };

test.each([
  ["http://127.0.0.1:1", /^could not be reached: .*(ECONNREFUSED|bad port)/],
  ["http://localhost:1023", /^could not be reached: connect ECONNREFUSED/],
  ["no address", /^could not be reached: Invalid URL$/],
])("why there is no answer from %s", async (url, sentence) => {
  expect(outcome(await ask(url))).toMatch(sentence);
});

test("a token that can't be sent is not repeated", async () => {
  const headers = { authorization: "Bearer tok\nen" };
  const said = outcome(await ask("http://127.0.0.1:1", { headers }));
  expect(said).toBe("could not be reached: a header contains characters that can't be sent");
});

test("the time limit is for the whole answer, and an error is one line", async () => {
  const server = createServer(({ url }, response) => {
    if (url === "/slow") response.write("a start");
    else response.writeHead(502).end("<html>\n  <b>bad gateway</b>");
  }).listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(outcome(await ask(`${url}/slow`, { seconds: 0.1 }))).toBe("did not answer within 0.1 s");
  const refused = await ask(url);
  expect(outcome(refused)).toBe("answered 502: <html> <b>bad gateway</b>");
  expect([refused.json, jsonOf("null")]).toEqual([undefined, null]);
  server.closeAllConnections();
  server.close();
});

test.each([
  ["7", 7],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ["soon", undefined],
])("Retry-After: %s is %s s", (header, seconds) => {
  expect(retryAfter({ ...answer, headers: { "retry-after": header } })).toBe(seconds);
});

test("a server that asks for no pause is asked once a second", async () => {
  const waits: number[] = [];
  const now = () => waits.reduce((sum, wait) => sum + wait, 0);
  const wait = async (ms: number) => waits.push(ms);
  const once = async () => ({ ...answer, headers: { "retry-after": "0" } });
  await askPatiently(once, { seconds: 3 }, { now, wait });
  expect(waits).toEqual([1000, 1000, 1000]);
});
