import { describe, expect, test } from "vitest";
import { prepareHost } from "../../../components/files/install-scripts.ts";
import { installVersion } from "../../../components/files/install-version.ts";
import { packFiles, unpackFiles } from "../../../pipelines/alloy-bundle.ts";
import { SimulatedHost } from "../../support/simulated-host.ts";

describe("packFiles", () => {
  test("is a line with each file's name, then the file", () => {
    expect(packFiles({ "b.alloy": "// b\n", "a.json": "{\n}\n" })).toBe(
      "==> b.alloy\n// b\n==> a.json\n{\n}\n",
    );
  });

  const name = "not a plain file name";
  const end = "must end with a line break";
  const separator = 'has a line that starts with "==> ", which separates files';

  test.each([
    ["../x.alloy", "// x\n", name],
    ["a b.alloy", "// x\n", name],
    ["x.alloy\n", "// x\n", name],
    ["", "// x\n", name],
    ["x.alloy", "// x", end],
    ["x.alloy", "", end],
    ["x.alloy", "// x\n==> y.alloy\n", separator],
    ["x.alloy", "==> y.alloy\n", separator],
  ])("refuses %j with %j", (file, text, reason) => {
    expect(() => packFiles({ [file]: text })).toThrow(new Error(`${file}: ${reason}`));
  });
});

describe("what is packed is unpacked to the byte", () => {
  const files = {
    "a.alloy": '// a\n\n\tlocal.file "x" { }\n',
    "b.alloy": "// ends with blank lines\n\n\n",
    "c.alloy": "  ==> not at the start\n==>no space\n=> \n==\n",
    "d.alloy": "\n",
    "e.alloy": `back\\slash \\n %s "quotes" 'single' $HOME \`id\` &\n`,
    "f.alloy": `// ünïcödé €\n${"long ".repeat(5000)}\n`,
    "host.json": `${JSON.stringify({ name: "svlnas" }, null, 2)}\n`,
  };

  test("by the host's awk", () => {
    using host = new SimulatedHost();
    expect(host.run(prepareHost(host.site))).toMatchObject({ status: 0 });
    const packed = packFiles(files);
    const bytes = Buffer.byteLength(packed);
    const script = installVersion(host.site, { version: "0123456789ab", bytes });
    expect(host.run(script, packed)).toMatchObject({ status: 0, stderr: "" });
    expect(host.files("config/versions/0123456789ab")).toEqual(files);
  });

  test("by unpackFiles, to which nothing is nothing", () => {
    expect(unpackFiles(packFiles(files))).toEqual(files);
    expect(unpackFiles("")).toEqual({});
  });
});
