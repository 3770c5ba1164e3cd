import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Tests beside the others of their room that take long or wait for real processes: they would make the unit tests slow. */
const waiting = [
  ...["command-ssh", "grafana", "start"].map((name) => `test/doubles/${name}.test.ts`),
  "test/cli/drift/drift.test.ts",
  "test/docs/words.test.ts",
  "test/lab/check/labs.test.ts",
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [
            ...["test/e2e/**", "test/engine/**", "test/pipelines/*.test.ts", "test/scripts/**"],
            "test/workflows/actionlint.test.ts",
            ...waiting,
          ],
          // Pulumi's SDK takes seconds to load: once a worker, not once a file.
          isolate: false,
          // Vitest leaves one core idle; with two there would be no parallelism left.
          maxWorkers: availableParallelism(),
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "scripts",
          // What a real shell makes of the scripts that run on hosts, where Docker is simulated; real processes.
          include: ["test/scripts/**/*.test.ts", ...waiting],
          isolate: false,
          maxWorkers: availableParallelism(),
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "pipelines",
          // What real programs say of files: Alloy of the pipelines, actionlint of the workflows.
          include: ["test/pipelines/*.test.ts", "test/workflows/actionlint.test.ts"],
          testTimeout: 120_000,
          // On a new machine the programs are built first.
          hookTimeout: 3_600_000,
        },
      },
      {
        // The real engine with simulated hosts: needs no lab, and runs beside the tests that do.
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          globalSetup: "test/engine/support/global-setup.ts",
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        // One engine, one Docker daemon, one host: one file after the other.
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: "test/e2e/support/global-setup.ts",
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
