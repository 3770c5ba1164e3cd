// Loaded before everything else (`nodeargs` in Pulumi.yaml): Node keeps what it compiles of the SDKs, and of this
// program with its types stripped, so that the next start takes two thirds of the time (docs/benchmarks.md).
// Under node_modules, which is this user's alone; Node's own choice, the directory for temporary files, is not.
// Where it can't be written, Node compiles every time.
import { enableCompileCache } from "node:module";
import { join } from "node:path";

enableCompileCache(join(import.meta.dirname, "node_modules", ".cache", "compile"));
