import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveDashboards } from "../../../lab/live/server.ts";

const PASSWORD = "glc_lab_0123456789";
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A sink that has two hosts and answers every other query with one series or one line, and keeps the queries. */
const asked: string[] = [];
const sink = createServer(async (asking, response) => {
  const { pathname, searchParams } = new URL(asking.url ?? "", "http://sink");
  const body = await text(asking);
  const query = searchParams.get("query") ?? new URLSearchParams(body).get("query") ?? "";
  asked.push(query);
  const value = [1_760_000_000, "1"];
  const hosts = ["nas", "vm"].map((host) => ({ metric: { host }, value }));
  const series = [{ metric: { host: "nas" }, value, values: [value] }];
  const lines = [{ stream: {}, values: [["1760000000000000000", "a <line>"]] }];
  const ofLines = pathname.startsWith("/loki") && !/rate|count|sum/.test(query);
  const result = query.startsWith("group") ? hosts : ofLines ? lines : series;
  response.end(JSON.stringify({ status: "success", data: { result } }));
});

let page: Server;
beforeAll(async () => {
  await new Promise<void>((done) => sink.listen(0, "127.0.0.1", done));
  const one = { queryUrl: urlOf(sink), username: "1", password: PASSWORD };
  page = await serveDashboards({ metrics: one, logs: one }, 0);
});
afterAll(() => {
  page.close();
  sink.close();
});

/** `fetch` sets the header `host` itself. */
async function get(path: string, { host, method }: { host?: string; method?: string } = {}) {
  const asking = request(`${urlOf(page)}${path}`, { method, ...(host && { headers: { host } }) });
  const response: IncomingMessage = (await once(asking.end(), "response"))[0];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

test("listens on this machine alone", () => {
  expect((page.address() as AddressInfo).address).toBe("127.0.0.1");
});

test.each<[string, string, { host?: string; method?: string }, number]>([
  ["another name for this machine", "/fleet", { host: "evil.example" }, 421],
  ["anything but reading", "/fleet", { method: "POST" }, 405],
  ["a page that there isn't", "/nothing", {}, 404],
  ["a way to the sinks", "/api/v1/query?query=up", {}, 404],
])("refuses %s", async (_, path, options, status) => {
  const before = asked.length;
  const got = await get(path, options);
  expect(got.status).toBe(status);
  expect(asked.slice(before).filter((query) => !query.startsWith("group"))).toEqual([]);
});

test("begins with the fleet, of the first host", async () => {
  const { status, headers } = await get("/");
  expect([status, headers.location]).toEqual([302, "/fleet?host=nas&minutes=15&search="]);
});

test("a page offers hosts, ranges and dashboards, and no script can run on it", async () => {
  const { body, headers } = await get(
    `/host?host=vm&minutes=60&search=${encodeURIComponent('"><b>')}`,
  );
  expect(body).toContain('<option value="vm" selected>vm</option>');
  expect(body).toContain('<option value="60" selected>1 h</option>');
  expect(body).toContain('<a href="/logs?host=vm&#38;minutes=60');
  expect(body).toContain('value="&#34;&#62;&#60;b&#62;"');
  expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src/);
});

describe("a drawing", () => {
  test("is of the host and the lines that were chosen", async () => {
    asked.length = 0;
    const { body } = await get("/logs/drawing?host=vm&search=oom`");
    expect(body).toContain("a &#60;line&#62;");
    expect(body).not.toContain(PASSWORD);
    expect(asked.filter((query) => query.endsWith("|~ `(?i)oom`"))).toHaveLength(2);
    expect(asked.filter((query) => query.includes('host=~"vm"')).length).toBeGreaterThan(2);
  });

  test("is of the first host where there is none of the name", async () => {
    asked.length = 0;
    await get('/host/drawing?host=x"} or up{a="');
    expect(asked.join("\n")).not.toContain("or up");
  });
});

test("says why the sinks gave no data, without a password", async () => {
  const nobody = { queryUrl: "http://127.0.0.1:1", username: "1", password: PASSWORD };
  const lonely = await serveDashboards({ metrics: nobody, logs: nobody }, 0);
  try {
    const response = await fetch(`${urlOf(lonely)}/fleet`);
    const body = await response.text();
    expect(response.status).toBe(502);
    expect(body).toContain("The sinks gave no data");
    expect(body).not.toContain(PASSWORD);
  } finally {
    lonely.close();
  }
});
