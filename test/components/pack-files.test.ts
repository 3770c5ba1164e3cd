import { describe, expect, test } from "vitest";
import { prepareHost } from "../../components/files/install-scripts.ts";
import { installVersion } from "../../components/files/install-version.ts";
import { packFiles, unpackFiles } from "../../pipelines/alloy-bundle.ts";
import { SimulatedHost } from "../support/simulated-host.ts";

describe("packFiles", () => {
  test("is a line with each file's name, then the file", () => {
    expect(packFiles({ "b.alloy": "// b\n", "a.json": "{\n}\n" })).toBe(
      "==> b.alloy\n// b\n==> a.json\n{\n}\n",
    );
  });

  test.each<[string, string, string]>([
    ["../x.alloy", "// x\n", "../x.alloy: not a plain file name"],
    ["a b.alloy", "// x\n", "a b.alloy: not a plain file name"],
    ["x.alloy\n", "// x\n", "x.alloy\n: not a plain file name"],
    ["", "// x\n", ": not a plain file name"],
    ["x.alloy", "// x", "x.alloy: must end with a line break"],
    ["x.alloy", "", "x.alloy: must end with a line break"],
    [
      "x.alloy",
      "// x\n==> y.alloy\n",
      'x.alloy: has a line that starts with "==> ", which separates files',
    ],
    [
      "x.alloy",
      "==> y.alloy\n",
      'x.alloy: has a line that starts with "==> ", which separates files',
    ],
  ])("refuses %j with %j", (name, text, message) => {
    expect(() => packFiles({ [name]: text })).toThrow(new Error(message));
  });
});

test("what is packed is unpacked to the byte by the host's awk", () => {
  const files = {
    "a.alloy": '// a\n\n\tlocal.file "x" { }\n',
    "b.alloy": "// ends with blank lines\n\n\n",
    "c.alloy": "  ==> not at the start\n==>no space\n=> \n==\n",
    "d.alloy": "\n",
    "e.alloy": `back\\slash \\n %s "quotes" 'single' $HOME \`id\` &\n`,
    "f.alloy": `// ünïcödé €\n${"long ".repeat(5000)}\n`,
    "host.json": `${JSON.stringify({ name: "svlnas" }, null, 2)}\n`,
  };
  using host = new SimulatedHost();
  expect(host.run(prepareHost(host.site))).toMatchObject({ status: 0 });
  const script = installVersion(host.site, "0123456789ab");
  expect(host.run(script, packFiles(files))).toMatchObject({ status: 0, stderr: "" });
  expect(host.files("config/versions/0123456789ab")).toEqual(files);
});

test("unpackFiles reads back what packFiles wrote", () => {
  const files = {
    "a.json": "{\n}\n",
    "b.alloy": "// ==> no name\n\n  ==> neither\n",
    "c.alloy": "\n",
  };
  expect(unpackFiles(packFiles(files))).toEqual(files);
  expect(unpackFiles("")).toEqual({});
});
