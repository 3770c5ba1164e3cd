import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import { pulumiVersion } from "../../pulumi-version.ts";
import { type Call, handler } from "../engine/handler.ts";
import { pluginInfo } from "../engine/plugin-handlers.ts";
import { bound } from "../engine/serve.ts";
import type { PluginCall } from "./policy.ts";
import { runProgram } from "./program.ts";

/**
 * A stand-in for `pulumi-language-nodejs`, Pulumi's host of Node programs: a Go program that ships
 * with the CLI alone, so it is missing where the CLI is built from its Go module. With it, the CLI
 * runs a project from its Pulumi.yaml. It answers what the engine asks during `preview`, `up`
 * and `destroy`, with policy packs; everything else (`pulumi install`, `about`, `new`) is refused as
 * unimplemented. Other than the real one it hands the program the engine's own monitor, not a proxy
 * in front of it that serves synchronous invokes, which no package here makes.
 */
function languageHandlers(engineAddress: string) {
  return {
    getPluginInfo: handler(async () => pluginInfo(pulumiVersion)),
    // None, though the real one lists every provider of package.json: the engine looks for those among
    // the installed plugins and fails, since it does not count those that are attached.
    getRequiredPackages: handler(async () => new languagePb.GetRequiredPackagesResponse()),
    // Loaded when there is a pack: an update starts this process twice, and the real one starts at once.
    runPlugin: async (call: PluginCall) => (await import("./policy.ts")).runPolicyPack(call),
    run: handler((call: Call<languagePb.RunRequest>) => runProgram(call.request, engineAddress)),
  };
}

/** Serves until the engine, which holds this process's standard input, ends. */
if (import.meta.main) {
  process.stdin.on("close", () => process.exit(0));
  process.stdin.resume();
  // The engine's flags come first and its address last (sdk/go/common/resource/plugin/langruntime_plugin.go).
  const handlers = languageHandlers(process.argv.at(-1) ?? "");
  console.log(await bound(languageGrpc.LanguageRuntimeService as never, handlers));
}
