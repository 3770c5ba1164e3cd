import type * as grpc from "@grpc/grpc-js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { diffInputs } from "./diff.ts";
import { handler } from "./handler.ts";
import type { ProviderDouble } from "./provider.ts";
import { checkSchema } from "./schema.ts";
import type { Sessions } from "./sessions.ts";
import { containsUnknown, unwrapBag } from "./values.ts";
import { fromStruct, toDiffResponse, toFailures, toStruct } from "./wire.ts";

/** What an engine asks of any plugin. */
export function pluginHandlers<Client>(
  provider: ProviderDouble<Client>,
  sessions: Sessions<Client>,
) {
  return {
    getPluginInfo: handler(async () => {
      const info = new pluginPb.PluginInfo();
      info.setVersion(provider.version);
      return info;
    }),
    attach: handler(async (call: grpc.ServerUnaryCall<pluginPb.PluginAttach, unknown>) => {
      sessions.attach(call.getPeer(), call.request.getAddress());
      return new emptyPb.Empty();
    }),
    getSchema: handler(async () => {
      const response = new providerPb.GetSchemaResponse();
      response.setSchema("{}");
      return response;
    }),
    cancel: handler(async (call: grpc.ServerUnaryCall<emptyPb.Empty, unknown>) => {
      sessions.cancel(call.getPeer());
      return new emptyPb.Empty();
    }),
  };
}

/** The provider's own configuration. */
export function configHandlers<Client>(
  provider: ProviderDouble<Client>,
  sessions: Sessions<Client>,
) {
  const token = `the configuration of ${provider.name}`;
  return {
    checkConfig: handler(async (call: grpc.ServerUnaryCall<providerPb.CheckRequest, unknown>) => {
      const response = new providerPb.CheckResponse();
      const news = fromStruct(call.request.getNews());
      const schema = { inputs: provider.config, required: [] };
      response.setInputs(toStruct(news));
      response.setFailuresList(toFailures(checkSchema(token, unwrapBag(news), schema)));
      return response;
    }),
    diffConfig: handler(async (call: grpc.ServerUnaryCall<providerPb.DiffRequest, unknown>) => {
      const olds = unwrapBag(fromStruct(call.request.getOldInputs() ?? call.request.getOlds()));
      const news = unwrapBag(fromStruct(call.request.getNews()));
      const rules = { replaces: () => false, deleteBeforeReplace: false };
      return toDiffResponse(diffInputs(olds, news, rules));
    }),
    configure: handler(async (call: grpc.ServerUnaryCall<providerPb.ConfigureRequest, unknown>) => {
      const config = fromStruct(call.request.getArgs());
      const plain = unwrapBag(config);
      const known = Object.entries(plain).filter(([, value]) => !containsUnknown(value));
      sessions.configure(call.getPeer(), await provider.configure(Object.fromEntries(known)));
      const response = new providerPb.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),
  };
}
