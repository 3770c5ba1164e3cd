import { expect, test } from "vitest";
import { terminalSvg } from "../../scripts/recording/terminal-svg.ts";

const rows = (svg: string) => svg.split("\n").filter((line) => line.startsWith("<text"));

test("each line stands below the last, as it was written", () => {
  const svg = terminalSvg(
    [
      { text: "$ make up", at: 0 },
      { text: '  a  <b> & "c"', at: 100 },
    ],
    80,
  );
  expect(svg).toMatch(/^<svg [^>]*xml:space="preserve" viewBox="0 0 612 66" /);
  expect(rows(svg)).toEqual([
    '<text class="l" x="16" y="28.75" style="animation-delay:0ms">$ make up</text>',
    '<text class="l" x="16" y="45.75" style="animation-delay:100ms">  a  &#60;b&#62; &#38; &#34;c&#34;</text>',
  ]);
});

test("lines come up when they did, but no pause is longer than 0.7 s", () => {
  const lines = [0, 300, 90_000, 90_010].map((at) => ({ text: "x", at }));
  const delays = [...terminalSvg(lines, 80).matchAll(/delay:(\d+)ms/g)].map(([, ms]) => Number(ms));
  expect(delays).toEqual([0, 300, 1000, 1010]);
});

test("colours and bold are kept, also over the end of a line", () => {
  const lines = ["\u001b[32mok\u001b[39m \u001b[2mdim\u001b[22m", "\u001b[1;31mbad", "still"];
  const svg = terminalSvg(
    lines.map((text) => ({ text, at: 0 })),
    80,
  );
  expect(rows(svg).map((row) => /ms">(.*)<\/text>/.exec(row)?.[1])).toEqual([
    '<tspan fill="#73bf69">ok</tspan> <tspan fill="#8e8e9c">dim</tspan>',
    '<tspan fill="#f2495c" font-weight="700">bad</tspan>',
    '<tspan fill="#f2495c" font-weight="700">still</tspan>',
  ]);
});
