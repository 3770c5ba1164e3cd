import { readFile } from "node:fs/promises";
import { serveDashboards } from "./server.ts";

/** usage: main.ts FILE: the sinks and the port, as `startLive` wrote them. */
const [, , file = ""] = process.argv;
const { port, ...sinks } = JSON.parse(await readFile(file, "utf8"));
await serveDashboards(sinks, port);
