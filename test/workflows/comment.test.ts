import { afterEach, describe, expect, test, vi } from "vitest";
import { commentBody, marker } from "../../.github/scripts/comment-body.ts";
import { postComment } from "../../.github/scripts/comment-post.ts";

const run = "https://github.example/owner/name/actions/runs/1";
const body = (log: string) => commentBody({ stack: "svlnas", log, run });
const headline = (log: string) => body(log).split("\n")[1];

describe("the comment", () => {
  test("is the marker, what happens, and the log", () => {
    const log =
      "\u001b[1mPreviewing update (svlnas)\u001b[0m:\n  + create\nResources:\n    + 2 to create\n    ~ 1 to update\n    27 unchanged\n";
    expect(body(log)).toBe(`<!-- pulumi preview: svlnas -->
### \`svlnas\`: 2 to create, 1 to update

<details><summary>Preview</summary>

\`\`\`text
Previewing update (svlnas):
  + create
Resources:
    + 2 to create
    ~ 1 to update
    27 unchanged
\`\`\`

</details>

[Run](${run})
`);
  });

  test.each([
    ["Resources:\n    29 unchanged\n", "no changes"],
    ["Resources:\n    +-1 to replace\n    28 unchanged\n", "1 to replace"],
    [
      "Diagnostics:\n  pulumi:pulumi:Stack (x):\n    error: Stack svlnas: 2 <faults>\n",
      "failed, Stack svlnas: 2 faults",
    ],
    [
      "Policies:\n        - [mandatory]  no-privilege  (docker:index/container:Container: alloy)\n",
      "refused by 1 policy",
    ],
    [
      "    grafana-alloy@v0.1.0 [mandatory]  image-digest  (Container: x)\n    error: preview failed\n",
      "refused by 1 policy",
    ],
    [
      "    - [mandatory] a\n    - [mandatory] b\n    error: preview failed\n",
      "refused by 2 policies",
    ],
    ["Killed\n", "ended without a summary"],
  ])("of %j says %s", (log, said) => {
    expect(headline(log)).toBe(`### \`svlnas\`: ${said}`);
  });

  test("shows nothing that has the form of a token", () => {
    const text = body("  password: glc_eyJvIjoiMTIzIn0=\n  token: github_pat_11AAAA_bbb\n");
    expect(text).toContain("  password: [secret]\n  token: [secret]");
  });

  test("can't be left by what the log holds", () => {
    const text = body("````\n</details>\n");
    expect(text).toContain("\n`````text\n````\n</details>\n`````\n");
  });

  test("is never longer than GitHub takes, and keeps start and end", () => {
    const text = body(`begin\n${"x".repeat(100_000)}\nend`);
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain("```text\nbegin\n");
    expect(text).toContain("x\nend\n```");
    expect(text).toContain("\n\n… 40010 characters are in the run's log …\n\n");
  });
});

describe("posting", () => {
  afterEach(() => void vi.unstubAllGlobals());

  /** GitHub with these comments, in pages of 100; returns what it is asked. */
  function github(bodies: string[], status = 200) {
    const requests: unknown[][] = [];
    vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
      const { pathname, search, searchParams } = new URL(url);
      const line = `${init.method} ${pathname}${search}`;
      const authorization = new Headers(init.headers).get("authorization");
      requests.push([line, authorization, ...(init.body ? [JSON.parse(`${init.body}`)] : [])]);
      const page = Number(searchParams.get("page"));
      const comments = bodies.map((one, id) => ({ id, body: one }));
      return Response.json(comments.slice((page - 1) * 100, page * 100), { status });
    });
    return requests;
  }

  const api = "https://api.github.example";
  const pull = { api, repository: "owner/name", number: "7", token: "ghs_x" };
  const list = (page: number) =>
    `GET /repos/owner/name/issues/7/comments?per_page=100&page=${page}`;

  test("makes the first comment", async () => {
    const requests = github(["hello", `> ${marker("svlnas")}`]);
    expect(await postComment(pull, marker("svlnas"), "text")).toBe("made");
    const token = "Bearer ghs_x";
    expect(requests).toEqual([
      [list(1), token],
      ["POST /repos/owner/name/issues/7/comments", token, { body: "text" }],
    ]);
  });

  test("edits its own, on whatever page, and never that of another stack", async () => {
    const others = Array.from({ length: 150 }, (_, index) => `comment ${index}`);
    const requests = github([marker("svlazext"), ...others, `${marker("svlnas")}\nold`]);
    expect(await postComment(pull, marker("svlnas"), "new")).toBe("edited");
    expect(requests.map(([line]) => line)).toEqual([
      list(1),
      list(2),
      "PATCH /repos/owner/name/issues/comments/151",
    ]);
  });

  test("fails with GitHub's answer", async () => {
    github([], 403);
    await expect(postComment(pull, marker("svlnas"), "text")).rejects.toThrow(
      "GET issues/7/comments?per_page=100&page=1: GitHub answered 403: []",
    );
  });
});
