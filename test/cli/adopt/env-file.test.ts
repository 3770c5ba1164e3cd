import { expect, test } from "vitest";
import { parseEnv } from "../../../cli/adopt/env-file.ts";

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
  ['A="b \\"c\\" \\\\ # d"', 'b "c" \\ # d'],
  ['A="cost: \\$5"', "cost: $5"],
  ["\uFEFF# old\r\n\r\nA=a\r\nA=b\r\n", "b"],
])("%j", (text, value) => {
  expect(parseEnv(".env", text)).toEqual({
    name: ".env",
    variables: new Map([["A", value]]),
    faults: [],
  });
});

test("all lines that can't be read, with no value in any fault", () => {
  const lines = [
    "A='glc_1",
    'B="glc_1',
    'C="glc_1" glc_1',
    "glc_1",
    "D=1",
    "1E=x",
    "F='glc_1'glc_1",
  ];
  const { faults, variables } = parseEnv(".env", lines.join("\n"));
  expect([...variables.keys()]).toEqual(["D"]);
  expect(faults).toEqual(
    [1, 2, 3, 4, 6, 7].map((line) => ({
      path: `.env line ${line}`,
      reason: "is not NAME=value",
      fix: "correct or remove the line; a quote ends on its line, and only a comment follows",
    })),
  );
});

test("a file that is still encrypted is told once, with the command that decrypts it", () => {
  const text = "nonsense\nA=ENC[AES256_GCM,data:x,type:str]\nB=ENC[AES256_GCM,data:y,type:str]";
  expect(parseEnv(".env", text).faults).toEqual([
    {
      path: ".env",
      reason: "is still encrypted",
      fix: "sops -d secret.sops.env | npm run adopt -- --stack STACK --env -",
    },
  ]);
});
