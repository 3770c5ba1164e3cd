import { expect, test } from "vitest";
import { parseEnv } from "../../../cli/adopt/env-file.ts";

const values = (text: string) =>
  Object.fromEntries([...parseEnv(text).variables].map(([name, { value }]) => [name, value]));

test.each([
  ["A=b", "b"],
  ["A = b ", "b"],
  ["export A=b", "b"],
  ["  A=b # why", "b"],
  ["A=b#c", "b#c"],
  ["A=glc_eyJvIjoiMSJ9==", "glc_eyJvIjoiMSJ9=="],
  ["A=", ""],
  ["A=# nothing", ""],
  ["A='b # c' # why", "b # c"],
  ["A='$B \\n'", "$B \\n"],
  ['A="b \\"c\\" \\\\ d\\ne"', 'b "c" \\ d\ne'],
  ['A="b # c"', "b # c"],
  ['A="cost: \\$5"', "cost: $5"],
  ["\uFEFFA=b\r\n", "b"],
  ["A=5$", "5$"],
])("%j", (text, value) => {
  expect(parseEnv(text).faults).toEqual([]);
  expect(values(text)).toEqual({ A: value });
});

test("comments and empty lines count as lines", () => {
  const { variables } = parseEnv("# old\n\nGRAFANA_PROM_USERNAME=1\n");
  expect(variables.get("GRAFANA_PROM_USERNAME")).toEqual({ value: "1", line: 3 });
});

test("all faults at once, each with its line, and no value in any", () => {
  const secret = "glc_secret";
  const text = [
    `A='${secret}`,
    `B="${secret}`,
    `C="${secret}" ${secret}`,
    secret,
    `D=\${${secret}}`,
    "E=1",
    "E=2",
    "1F=x",
    `G='${secret}'${secret}`,
  ].join("\n");
  const { faults, variables } = parseEnv(text);
  expect([...variables.keys()]).toEqual(["E"]);
  expect(faults).toEqual([
    { line: 1, reason: "A has no closing '", fix: "close the quote on the same line" },
    { line: 2, reason: 'B has no closing "', fix: "close the quote on the same line" },
    {
      line: 3,
      reason: "C has text after its closing quote",
      fix: "remove that text, or put it inside the quotes",
    },
    { line: 4, reason: "is not NAME=value", fix: "correct or remove the line" },
    {
      line: 5,
      reason: "D refers to another variable with $",
      fix: "write the value itself; a real $ stands in single quotes",
    },
    { line: 7, reason: "sets E again, after line 6", fix: "remove one of the two lines" },
    { line: 8, reason: "is not NAME=value", fix: "correct or remove the line" },
    {
      line: 9,
      reason: "G has text after its closing quote",
      fix: "remove that text, or put it inside the quotes",
    },
  ]);
  expect(JSON.stringify(faults)).not.toContain(secret);
});

test("a file that is still encrypted is told once, with the command that decrypts it", () => {
  const text =
    "A=ENC[AES256_GCM,data:x,type:str]\nB=ENC[AES256_GCM,data:y,type:str]\nsops_version=3";
  expect(parseEnv(text).faults).toEqual([
    {
      line: 1,
      reason: "is still encrypted, and so is the file",
      fix: "sops -d secret.sops.env | npm run adopt -- --stack STACK --env -",
    },
  ]);
});
