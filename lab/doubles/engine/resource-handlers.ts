import type * as grpc from "@grpc/grpc-js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { ResourceCalls } from "./calls.ts";
import { handler } from "./handler.ts";
import type { ProviderDouble } from "./provider.ts";
import { checkSchema } from "./schema.ts";
import type { Sessions } from "./sessions.ts";
import { type Bag, unwrapBag } from "./values.ts";
import { fromStruct, toDiffResponse, toFailures, toStruct } from "./wire.ts";

/** The type token of a resource: the last part of its URN's type chain. */
function typeOfUrn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** Plans, makes and forgets resources. */
export function resourceHandlers<Client>(
  provider: ProviderDouble<Client>,
  sessions: Sessions<Client>,
) {
  const calls = (urn: string) => {
    const token = typeOfUrn(urn);
    const double = provider.resources[token];
    if (!double) throw new Error(`the double of ${provider.name} has no resource type ${token}`);
    return new ResourceCalls(token, double);
  };
  return {
    check: handler(async ({ request }: grpc.ServerUnaryCall<providerPb.CheckRequest, unknown>) => {
      const urn = request.getUrn();
      const olds = fromStruct(request.getOlds());
      const checked = calls(urn).check(urn, olds, fromStruct(request.getNews()));
      const response = new providerPb.CheckResponse();
      response.setInputs(toStruct(checked.inputs));
      response.setFailuresList(toFailures(checked.failures));
      return response;
    }),
    diff: handler(async ({ request }: grpc.ServerUnaryCall<providerPb.DiffRequest, unknown>) => {
      const state = fromStruct(request.getOlds());
      const oldInputs = request.getOldInputs();
      const olds = oldInputs ? fromStruct(oldInputs) : state;
      return toDiffResponse(
        calls(request.getUrn()).diff(olds, fromStruct(request.getNews()), state),
      );
    }),
    create: handler(async (call: grpc.ServerUnaryCall<providerPb.CreateRequest, unknown>) => {
      const urn = call.request.getUrn();
      const inputs = fromStruct(call.request.getProperties());
      const response = new providerPb.CreateResponse();
      if (call.request.getPreview()) {
        response.setProperties(toStruct(calls(urn).previewCreate(inputs)));
        return response;
      }
      const created = await calls(urn).create(inputs, sessions.context(call.getPeer(), urn));
      response.setId(created.id);
      response.setProperties(toStruct(created.outs));
      return response;
    }),
    ...stateHandlers(calls, sessions),
  };
}

/** Looks at, changes and removes what exists. */
function stateHandlers<Client>(
  calls: (urn: string) => ResourceCalls<Client>,
  sessions: Sessions<Client>,
) {
  return {
    read: handler(async (call: grpc.ServerUnaryCall<providerPb.ReadRequest, unknown>) => {
      const { request } = call;
      const urn = request.getUrn();
      const state = fromStruct(request.getProperties());
      const inputs = fromStruct(request.getInputs());
      const context = sessions.context(call.getPeer(), urn);
      const found = await calls(urn).read(request.getId(), state, inputs, context);
      const response = new providerPb.ReadResponse();
      if (!found) return response;
      response.setId(request.getId());
      response.setProperties(toStruct(found.outs));
      response.setInputs(toStruct(found.inputs));
      return response;
    }),
    update: handler(async (call: grpc.ServerUnaryCall<providerPb.UpdateRequest, unknown>) => {
      const { request } = call;
      const urn = request.getUrn();
      const state = fromStruct(request.getOlds());
      const news = fromStruct(request.getNews());
      const update = async (): Promise<Bag> => {
        if (request.getPreview()) return calls(urn).previewUpdate(state, news);
        const context = sessions.context(call.getPeer(), urn);
        return calls(urn).update(request.getId(), state, news, context);
      };
      const response = new providerPb.UpdateResponse();
      response.setProperties(toStruct(await update()));
      return response;
    }),
    delete: handler(async (call: grpc.ServerUnaryCall<providerPb.DeleteRequest, unknown>) => {
      const urn = call.request.getUrn();
      const state = fromStruct(call.request.getProperties());
      const context = sessions.context(call.getPeer(), urn);
      await calls(urn).delete(call.request.getId(), state, context);
      return new emptyPb.Empty();
    }),
  };
}

/** Data sources. */
export function functionHandlers<Client>(
  provider: ProviderDouble<Client>,
  sessions: Sessions<Client>,
) {
  return {
    invoke: handler(async (call: grpc.ServerUnaryCall<providerPb.InvokeRequest, unknown>) => {
      const token = call.request.getTok();
      const double = provider.functions[token];
      if (!double) throw new Error(`the double of ${provider.name} has no function ${token}`);
      const args = unwrapBag(fromStruct(call.request.getArgs()));
      const failures = checkSchema(token, args, double.schema);
      const response = new providerPb.InvokeResponse();
      response.setFailuresList(toFailures(failures));
      if (failures.length > 0) return response;
      const result = await double.invoke(args, sessions.context(call.getPeer(), ""));
      response.setReturn(toStruct(result));
      return response;
    }),
  };
}
