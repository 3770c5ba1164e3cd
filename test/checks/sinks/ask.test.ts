import { expect, test } from "vitest";
import { askSinks, type SinksRequest } from "../../../checks/sinks/ask.ts";

const request: SinksRequest = {
  stack: "svlnas",
  metrics: { url: "https://metrics.example/push", username: "1", password: "glc_m" },
  logs: { url: "https://logs.example/loki/api/v1/push", username: "2", password: "glc_l" },
};

type Answer = number | "away";

/** Asks sinks that answer so, request after request, the last one from then on; a second takes none. */
async function asked(answers: { metrics: Answer[]; logs: Answer[] }, newFor = 0) {
  const calls: { url: string; init: RequestInit }[] = [];
  let time = 0;
  const left = { metrics: [...answers.metrics], logs: [...answers.logs] };
  const result = await askSinks(
    {
      ...request,
      ...(newFor > 0 && { newUntil: new Date(Date.now() + newFor * 1000 + 500).toISOString() }),
    },
    {
      async fetch(input, init = {}) {
        const url = `${input}`;
        calls.push({ url, init });
        const queue = url === request.metrics.url ? left.metrics : left.logs;
        const [answer] = queue.length > 1 ? queue.splice(0, 1) : queue;
        if (typeof answer !== "number") throw new TypeError("fetch failed");
        return new Response(null, { status: answer });
      },
      async wait(ms) {
        time += ms;
      },
      now: () => time,
    },
  );
  return { ...result, calls, seconds: time / 1000 };
}

test("each sink is sent a push of nothing, with its own name and password", async () => {
  const { calls } = await asked({ metrics: [204], logs: [204] });
  const sent = calls.map(({ url, init: { method, body, headers, redirect } }) => ({
    url,
    method,
    body: typeof body === "string" ? body : [...(body as Uint8Array)],
    headers,
    redirect,
  }));
  expect(sent).toEqual([
    {
      url: "https://metrics.example/push",
      method: "POST",
      body: [0],
      headers: {
        "content-type": "application/x-protobuf",
        "content-encoding": "snappy",
        "x-prometheus-remote-write-version": "0.1.0",
        authorization: `Basic ${btoa("1:glc_m")}`,
      },
      redirect: "manual",
    },
    {
      url: "https://logs.example/loki/api/v1/push",
      method: "POST",
      body: '{"streams":[]}',
      headers: { "content-type": "application/json", authorization: `Basic ${btoa("2:glc_l")}` },
      redirect: "manual",
    },
  ]);
});

test.each<[string, Answer, Answer, string]>([
  ["both take it", 200, 204, "taken"],
  ["what is in it is refused: the token was not", 400, 422, "taken"],
  ["one can't be reached from here", "away", 204, "unclear"],
  ["one has troubles of its own", 204, 503, "unclear"],
  ["one is asked too often", 429, 204, "unclear"],
  ["one is somewhere else", 301, 404, "unclear"],
])("%s: %s and %s are %s", async (_what, metrics, logs, answer) => {
  expect(await asked({ metrics: [metrics], logs: [logs] })).toMatchObject({ answer, faults: [] });
});

test("every refusal is told at once, with the command that tries again", async () => {
  const { faults, seconds } = await asked({ metrics: [401], logs: [403] });
  const rest =
    "with the new token. It was not put on the host. Once that is fixed: pulumi up --stack svlnas";
  expect(faults).toEqual([
    `https://metrics.example/push refuses samples ${rest}`,
    `https://logs.example/loki/api/v1/push refuses lines ${rest}`,
  ]);
  expect(seconds).toBe(0);
});

test("one refusal is enough, whatever the other says", async () => {
  const { faults } = await asked({ metrics: ["away"], logs: [401] });
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/^https:\/\/logs\.example\/loki\/api\/v1\/push refuses lines /);
});

test("a new token that is not known everywhere yet is given its time", async () => {
  const late = await asked({ metrics: [401, 401, 204], logs: [204] }, 30);
  expect(late).toMatchObject({ answer: "taken", faults: [], seconds: 4 });
  const never = await asked({ metrics: [401], logs: [204] }, 30);
  expect(never.faults).toHaveLength(1);
  expect(never.seconds).toBe(30);
});
