import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";

/** Takes the place of lab/check/worker.ts: it tests nothing, and is what its tasks say. */

const { LAB_DIR: lab = "", NOTES: notes = "" } = process.env;
const note = (text: string) => appendFileSync(notes, `${text}\n`);

process.on("message", (task: string) => {
  if (task === "dies") process.exit(3);
  if (task === "hangs") {
    spawn("sleep", ["97533"], { detached: true, stdio: "ignore" }).unref();
    note(`hangs in ${lab.at(-1)}`);
    return;
  }
  process.send?.({
    numPassedTests: 1,
    numFailedTests: 0,
    success: true,
    testResults: [],
    lab,
    task,
  });
});
process.once("disconnect", () => note(`takes ${lab.at(-1)} down`));
