import { startLab } from "./lab/lab.ts";
import { inLab } from "./lab/settings.ts";
import { stackFile } from "./lab/stack-file.ts";

const lab = await startLab();
const stack = await lab.stack("local", inLab(stackFile("local"), lab.facts));
const times = [];
for (let i = 0; i < Number(process.argv[2] ?? 5); i++) {
  const b = performance.now();
  await stack.up({});
  times.push(Math.round(performance.now() - b));
}
console.log("up ms", times.join(" "), "median", times.sort((a, b) => a - b)[times.length >> 1]);
await lab.close();
process.exit(0);
