import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import analyzerGrpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import { type Call, handler } from "../engine/handler.ts";
import { bound } from "../engine/serve.ts";
import { firstLine } from "../engine/start.ts";

export type PluginCall = grpc.ServerWritableStream<
  languagePb.RunPluginRequest,
  languagePb.RunPluginResponse
>;

const START_SECONDS = 60;
const service = analyzerGrpc.AnalyzerService as grpc.ServiceDefinition;

/** Calls of the engine that are handed on to the pack as they are. */
const handedOn = [
  ...["getAnalyzerInfo", "getPluginInfo", "configure"],
  ...["analyze", "analyzeStack", "remediate"],
];

/**
 * Runs a policy pack as the real language host does: the engine gets the port of a server that stands before
 * the pack, because the pack wants the stack's configuration in its environment, and the engine tells that only
 * once something answers it. Every other plugin is refused. Lives until the engine ends the call.
 */
export async function runPolicyPack(call: PluginCall): Promise<void> {
  const { request } = call;
  if (request.getKind() !== "analyzer") {
    call.emit("error", { code: grpc.status.UNIMPLEMENTED, message: "only policy packs are run" });
    return;
  }
  let pack: ChildProcess | undefined;
  let client: grpc.Client | undefined;
  const ask = (name: string) =>
    handler(async ({ request }: Call<unknown>) => {
      if (!client) throw new Error(`the policy pack was asked ${name} before it was started`);
      return askPack(client, name, request);
    });
  const start = handler(
    async ({ request: stack }: Call<analyzerPb.AnalyzerStackConfigureRequest>) => {
      pack = startPack(request, stack);
      const address = `127.0.0.1:${await firstLine(pack, START_SECONDS)}`;
      client = new grpc.Client(address, grpc.credentials.createInsecure());
      return askPack(client, "configureStack", stack);
    },
  );
  const server = new grpc.Server();
  call.on("cancelled", () => {
    client?.close();
    pack?.kill();
    server.forceShutdown();
  });
  const others = Object.fromEntries(handedOn.map((name) => [name, ask(name)]));
  const port = await bound(service, { configureStack: start, ...others }, server);
  call.write(new languagePb.RunPluginResponse().setStdout(Buffer.from(`${port}\n`)));
}

function startPack(
  request: languagePb.RunPluginRequest,
  stack: analyzerPb.AnalyzerStackConfigureRequest,
): ChildProcess {
  const directory = request.getInfo()?.getProgramDirectory() ?? "";
  const { resolve } = createRequire(join(directory, "package.json"));
  const runner = resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const given = request.getEnvList().map((line) => {
    const at = line.indexOf("=");
    return [line.slice(0, at), line.slice(at + 1)] as const;
  });
  const env = {
    ...Object.fromEntries(given),
    PULUMI_NODEJS_ORGANIZATION: stack.getOrganization(),
    PULUMI_NODEJS_PROJECT: stack.getProject(),
    PULUMI_NODEJS_STACK: stack.getStack(),
    PULUMI_NODEJS_DRY_RUN: String(stack.getDryRun()),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(stack.getConfigMap().toArray())),
  };
  return spawn("node", [runner, ...request.getArgsList(), directory], {
    cwd: directory,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Asks the pack what the engine asked. */
function askPack(client: grpc.Client, name: string, request: unknown): Promise<unknown> {
  const { path, requestSerialize, responseDeserialize } = service[name] as grpc.MethodDefinition<
    unknown,
    unknown
  >;
  return new Promise((done, fail) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, value) =>
      error ? fail(error) : done(value),
    );
  });
}
