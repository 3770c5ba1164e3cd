import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import { pulumiVersion } from "../../pulumi-version.ts";

/** The program has told the operator what is wrong (@pulumi/pulumi/cmd/run/index.js). */
const TOLD = 32;

/** Runs a Node program as the real language host does and tells the engine how it ended. */
export async function runProgram(
  request: languagePb.RunRequest,
  engineAddress: string,
): Promise<languagePb.RunResponse> {
  // The engine shows what this process prints as the program's output.
  const program = spawn("node", nodeArguments(request, engineAddress), {
    env: { ...process.env, ...programEnvironment(request) },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [exitCode, signal] = (await once(program, "exit")) as [number | null, string | null];
  const response = new languagePb.RunResponse();
  if (exitCode === 0) return response;
  if (exitCode === TOLD) return response.setBail(true);
  // Ended by a signal: no code, and no success either.
  return response.setError(`Program exited with non-zero exit code: ${exitCode ?? signal}`);
}

/** Options of the project's `runtime` that are passed on; `typescript: false` is what this one can run. */
interface RuntimeOptions {
  nodeargs?: string;
  typescript?: boolean;
}

/** Node's own arguments, the SDK's runner, its flags (@pulumi/pulumi/cmd/run/index.js), the program. */
function nodeArguments(request: languagePb.RunRequest, engineAddress: string): string[] {
  const info = request.getInfo();
  if (!info) throw new Error(`The engine sent no program: this stand-in is for v${pulumiVersion}.`);
  const { nodeargs, typescript } = (info.getOptions()?.toJavaScript() ?? {}) as RuntimeOptions;
  if (typescript !== false) {
    throw new Error("This stand-in of the Node language host runs `typescript: false` alone.");
  }
  const directory = info.getProgramDirectory();
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info.getRootDirectory(),
    stack: request.getStack(),
    pwd: directory,
    parallel: String(request.getParallel()),
  };
  return [
    ...(nodeargs?.split(/\s+/).filter(Boolean) ?? []),
    createRequire(join(directory, "package.json")).resolve("@pulumi/pulumi/cmd/run"),
    ...Object.entries(flags).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info.getEntryPoint(),
    ...request.getArgsList(),
  ];
}

/** The stack's configuration, secrets in plain: the way the SDK takes it (@pulumi/pulumi/runtime/config.js). */
function programEnvironment(request: languagePb.RunRequest): Record<string, string> {
  // As old SDKs want it, and the real host still sends it: `project:config:name`.
  const config = request
    .getConfigMap()
    .toArray()
    .map(([key, value]) => [key.replace(":", ":config:"), value]);
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(config)),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
}
