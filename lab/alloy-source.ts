import { readdirSync, readFileSync } from "node:fs";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { pipelineDirectory } from "../pipelines/pipeline-files.ts";

/** The components, such as `prometheus.scrape`, that the lab's Alloy is built with. */
export function neededComponents(pipelines = pipelineDirectory): string[] {
  const files = readdirSync(pipelines).filter((name) => name.endsWith(".alloy"));
  const declared = files.flatMap((name) => declaredIn(readFileSync(join(pipelines, name), "utf8")));
  return [...new Set(declared)].sort();
}

/** Blocks at the start of a line, with a label. */
function declaredIn(text: string): string[] {
  return [...text.matchAll(/^([a-z_]+(?:\.[a-z_0-9]+)+) "/gm)].map(([, name = ""]) => name);
}

/**
 * Makes `source/alloy` a copy of Alloy's module that compiles a third of its packages: the needed components
 * instead of all 180, and our files in place of those that would take much more for something unused.
 */
export async function shrinkAlloy(source: string, module: string): Promise<void> {
  const copy = join(source, "alloy");
  await cp(module, copy, { recursive: true });
  // Go's module cache is read-only.
  await execa("chmod", ["-R", "u+w", copy]);
  await cp(join(source, "overlay"), copy, { recursive: true });
  const list = join(copy, "internal/component/all/all.go");
  await writeFile(list, componentList(await readFile(list, "utf8"), neededComponents()));
}

/** Of Alloy's list of imports, a component's package a line, those that are needed. */
export function componentList(allComponents: string, needed: string[]): string {
  const imports = allComponents.split("\n").filter((line) => line.includes("// Import "));
  const unknown = needed.filter((name) => !imports.some((line) => namesIn(line).includes(name)));
  if (unknown.length > 0) throw new Error(`Alloy has no component ${unknown.join(", ")}.`);
  const kept = imports.filter((line) => namesIn(line).some((name) => needed.includes(name)));
  return ["package all", "", "import (", ...kept, ")", ""].join("\n");
}

/** `_ "…/discovery/aws" // Import discovery.aws.ec2 and discovery.aws.lightsail` has two. */
function namesIn(line: string): string[] {
  const comment = line.split("// Import ")[1] ?? "";
  return comment.match(/[a-z_]+(\.[a-z_0-9]+)+/g) ?? [];
}
