import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import analyzerGrpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import { handler } from "../engine/handler.ts";

type PluginCall = grpc.ServerWritableStream<
  languagePb.RunPluginRequest,
  languagePb.RunPluginResponse
>;

const service = analyzerGrpc.AnalyzerService as grpc.ServiceDefinition;

/** Calls of the engine that are handed on to the pack as they are. */
const handedOn = [
  "getAnalyzerInfo",
  "getPluginInfo",
  "configure",
  "analyze",
  "analyzeStack",
  "remediate",
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
  const pack = new Pack(request);
  const server = new grpc.Server();
  server.addService(service, analyzerHandlers(pack));
  call.on("cancelled", () => {
    pack.stop();
    server.forceShutdown();
  });
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind("127.0.0.1:0", grpc.ServerCredentials.createInsecure());
  const response = new languagePb.RunPluginResponse();
  response.setStdout(Buffer.from(`${port}\n`));
  call.write(response);
}

type Call = grpc.ServerUnaryCall<unknown, unknown>;

function analyzerHandlers(pack: Pack): grpc.UntypedServiceImplementation {
  const configureStack = async (call: Call) => {
    await pack.start(call.request as analyzerPb.AnalyzerStackConfigureRequest);
    return pack.ask("configureStack", call.request);
  };
  const others = handedOn.map((name) => [
    name,
    handler(async (call: Call) => pack.ask(name, call.request)),
  ]);
  return { configureStack: handler(configureStack), ...Object.fromEntries(others) };
}

/** The pack's process, once the stack's configuration is known. */
class Pack {
  private readonly request: languagePb.RunPluginRequest;
  private process?: ChildProcess;
  private client?: grpc.Client;

  constructor(request: languagePb.RunPluginRequest) {
    this.request = request;
  }

  async start(stack: analyzerPb.AnalyzerStackConfigureRequest): Promise<void> {
    const directory = this.request.getInfo()?.getProgramDirectory() ?? "";
    const runner = createRequire(join(directory, "package.json")).resolve(
      "@pulumi/pulumi/cmd/run-policy-pack",
    );
    const given = this.request.getEnvList().map((line) => {
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
    const args = [runner, ...this.request.getArgsList(), directory];
    const child = spawn("node", args, {
      cwd: directory,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.process = child;
    const address = `127.0.0.1:${await portOf(child)}`;
    this.client = new grpc.Client(address, grpc.credentials.createInsecure());
  }

  /** Asks the pack what the engine asked. */
  ask(name: string, request: unknown): Promise<unknown> {
    const method = service[name];
    const { client } = this;
    if (!method || !client)
      throw new Error(`the policy pack was asked ${name} before it was started`);
    return new Promise((done, fail) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        (error, value) => (error ? fail(error) : done(value)),
      );
    });
  }

  stop(): void {
    this.client?.close();
    this.process?.kill();
  }
}

/** The port that the pack prints when it serves. */
function portOf(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`the policy pack ended with code ${code}`)));
    if (child.stdout) createInterface({ input: child.stdout }).once("line", done);
  });
}
