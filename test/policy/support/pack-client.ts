import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import analyzerGrpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { StackResource } from "../../../policy/resource.ts";

const directory = join(import.meta.dirname, "..", "..", "..", "policy");

/** What stands in the engine's messages for a text that only the update brings. */
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What the pack reports: policy and message. */
type Violation = [policy: string, message: string];

/** The policy pack as a process, asked as the engine asks it. */
export interface PackClient {
  /** Names of its policies, and how strictly they are kept. */
  info(): Promise<{ name: string; level: number }[]>;
  analyze(resource: StackResource): Promise<Violation[]>;
  analyzeStack(resources: StackResource[]): Promise<Violation[]>;
  stop(): void;
}

/** Starts the pack with the runner, arguments and environment that Pulumi's Node language host gives it. */
export async function startPack(config: Record<string, string>): Promise<PackClient> {
  const runner = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const env = {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_NODEJS_PROJECT: "grafana-alloy",
    PULUMI_NODEJS_STACK: "svlnas",
  };
  const child = spawn(process.execPath, [runner, "127.0.0.1:1", directory], {
    cwd: directory,
    env,
  });
  const client = new analyzerGrpc.AnalyzerClient(
    `127.0.0.1:${await portOf(child)}`,
    grpc.credentials.createInsecure(),
  );
  return {
    async info() {
      const info = await answer<analyzerPb.AnalyzerInfo>((done) =>
        client.getAnalyzerInfo(new emptyPb.Empty(), done),
      );
      const policies = info.getPoliciesList();
      return policies.map((one) => ({ name: one.getName(), level: one.getEnforcementlevel() }));
    },
    async analyze(resource) {
      const request = fill(new analyzerPb.AnalyzeRequest(), resource);
      return violations(await answer((done) => client.analyze(request, done)));
    },
    async analyzeStack(resources) {
      const request = new analyzerPb.AnalyzeStackRequest();
      for (const resource of resources) {
        const one = fill(new analyzerPb.AnalyzerResource(), resource);
        one.setDependenciesList(resource.dependencies.map(urnOf));
        request.addResources(one);
      }
      return violations(await answer((done) => client.analyzeStack(request, done)));
    },
    stop() {
      client.close();
      child.kill();
    },
  };
}

/** What a call answers. */
function answer<Response>(
  call: (done: (error: Error | null, value: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((done, fail) => {
    call((error, value) => (error ? fail(error) : done(value)));
  });
}

function fill<Message extends analyzerPb.AnalyzeRequest | analyzerPb.AnalyzerResource>(
  message: Message,
  { type, name, props }: StackResource,
): Message {
  message.setType(type);
  message.setName(name);
  message.setUrn(urnOf(name));
  message.setProperties(struct(props));
  message.setOptions(new analyzerPb.AnalyzerResourceOptions());
  return message;
}

function struct(props: StackResource["props"]): structPb.Struct {
  return structPb.Struct.fromJavaScript(JSON.parse(JSON.stringify(props)));
}

function urnOf(name: string): string {
  return `urn:pulumi:svlnas::grafana-alloy::type::${name}`;
}

function violations(response: analyzerPb.AnalyzeResponse): Violation[] {
  return response.getDiagnosticsList().map((one) => [one.getPolicyname(), one.getMessage()]);
}

/** The port that the pack prints once it serves. */
function portOf(child: ChildProcess): Promise<string> {
  let said = "";
  child.stderr?.on("data", (text) => {
    said += text;
  });
  return new Promise((done, fail) => {
    child.once("exit", (code) => fail(new Error(`the pack ended with ${code}: ${said}`)));
    if (child.stdout) createInterface({ input: child.stdout }).once("line", done);
  });
}
