import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { diffInputs } from "./diff.ts";
import { type Call, handler } from "./handler.ts";
import type { ProviderDouble } from "./provider.ts";
import { refuseOthers } from "./schema.ts";
import type { Sessions } from "./sessions.ts";
import { containsUnknown, unwrapBag } from "./values.ts";
import { fromStruct, toCheckResponse, toDiffResponse, toStruct } from "./wire.ts";

/** What an engine asks of a plugin itself: its version, its configuration, its functions. */
export function pluginHandlers<Client>(
  provider: ProviderDouble<Client>,
  sessions: Sessions<Client>,
) {
  return {
    getPluginInfo: handler(async () => pluginInfo(provider.version)),
    attach: handler(async (call: Call<pluginPb.PluginAttach>) => {
      sessions.attach(call.getPeer(), call.request.getAddress());
      return new emptyPb.Empty();
    }),
    getSchema: handler(async () => new providerPb.GetSchemaResponse().setSchema("{}")),
    cancel: handler(async (call: Call<emptyPb.Empty>) => {
      sessions.cancel(call.getPeer());
      return new emptyPb.Empty();
    }),
    checkConfig: handler(async ({ request }: Call<providerPb.CheckRequest>) => {
      const inputs = fromStruct(request.getNews());
      return toCheckResponse({
        inputs,
        failures: refuseOthers(unwrapBag(inputs), provider.config),
      });
    }),
    diffConfig: handler(async ({ request }: Call<providerPb.DiffRequest>) => {
      const olds = unwrapBag(fromStruct(request.getOldInputs() ?? request.getOlds()));
      const news = unwrapBag(fromStruct(request.getNews()));
      const rules = { replaces: () => false, deleteBeforeReplace: false };
      return toDiffResponse(diffInputs(olds, news, rules));
    }),
    configure: handler(async (call: Call<providerPb.ConfigureRequest>) => {
      const config = Object.entries(unwrapBag(fromStruct(call.request.getArgs())));
      const known = config.filter(([, value]) => !containsUnknown(value));
      sessions.configure(call.getPeer(), await provider.configure(Object.fromEntries(known)));
      return new providerPb.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),
    invoke: handler(async (call: Call<providerPb.InvokeRequest>) => {
      const token = call.request.getTok();
      const double = provider.functions[token];
      if (!double) throw new Error(`the double of ${provider.name} has no function ${token}`);
      const args = unwrapBag(fromStruct(call.request.getArgs()));
      const result = await double(args, sessions.context(call.getPeer(), ""));
      return new providerPb.InvokeResponse().setReturn(toStruct(result));
    }),
  };
}

export function pluginInfo(version: string): pluginPb.PluginInfo {
  return new pluginPb.PluginInfo().setVersion(version);
}
