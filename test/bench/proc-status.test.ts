import { expect, test } from "vitest";
import { residentMemory } from "../../bench/footprint/proc-status.ts";

const status = `Name:	alloy
State:	S (sleeping)
VmPeak:	 1892352 kB
VmHWM:	  234000 kB
VmRSS:	  229076 kB
RssAnon:	   98304 kB
RssFile:	  130772 kB
Threads:	12
`;

test("reads resident memory in bytes", () => {
  expect(residentMemory(status)).toEqual({ total: 234_573_824, anonymous: 100_663_296 });
});

test("names what a process without memory lacks", () => {
  expect(() => residentMemory("Name:\tkthreadd\n")).toThrow("has no VmRSS");
});
