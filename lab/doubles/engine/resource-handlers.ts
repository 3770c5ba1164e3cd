import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { ResourceCalls } from "./calls.ts";
import { type Call, handler } from "./handler.ts";
import type { ProviderDouble } from "./provider.ts";
import type { Sessions } from "./sessions.ts";
import { fromStruct, toCheckResponse, toDiffResponse, toStruct } from "./wire.ts";

/** Plans, makes, looks at, changes and removes resources. */
export function resourceHandlers<Client>(
  provider: ProviderDouble<Client>,
  sessions: Sessions<Client>,
) {
  const callsOf = (request: { getUrn(): string }) => {
    const token = typeOfUrn(request.getUrn());
    const double = provider.resources[token];
    if (!double) throw new Error(`the double of ${provider.name} has no resource type ${token}`);
    return new ResourceCalls(token, double);
  };
  const contextOf = (call: Call<{ getUrn(): string }>) =>
    sessions.context(call.getPeer(), call.request.getUrn());
  return {
    check: handler(async ({ request }: Call<providerPb.CheckRequest>) => {
      const [olds, news] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
      return toCheckResponse(callsOf(request).check(request.getUrn(), olds, news));
    }),
    diff: handler(async ({ request }: Call<providerPb.DiffRequest>) => {
      const state = fromStruct(request.getOlds());
      const olds = request.getOldInputs();
      const news = fromStruct(request.getNews());
      return toDiffResponse(callsOf(request).diff(olds ? fromStruct(olds) : state, news, state));
    }),
    create: handler(async (call: Call<providerPb.CreateRequest>) => {
      const { request } = call;
      const inputs = fromStruct(request.getProperties());
      const calls = callsOf(request);
      const { id, outs } = request.getPreview()
        ? { id: "", outs: calls.previewCreate(inputs) }
        : await calls.create(inputs, contextOf(call));
      return new providerPb.CreateResponse().setId(id).setProperties(toStruct(outs));
    }),
    read: handler(async (call: Call<providerPb.ReadRequest>) => {
      const { request } = call;
      const [id, state] = [request.getId(), fromStruct(request.getProperties())];
      const inputs = fromStruct(request.getInputs());
      const found = await callsOf(request).read(id, state, inputs, contextOf(call));
      if (!found) return new providerPb.ReadResponse();
      const response = new providerPb.ReadResponse().setId(id);
      return response.setProperties(toStruct(found.outs)).setInputs(toStruct(found.inputs));
    }),
    update: handler(async (call: Call<providerPb.UpdateRequest>) => {
      const { request } = call;
      const [state, news] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
      const calls = callsOf(request);
      const outs = request.getPreview()
        ? calls.previewUpdate(state, news)
        : await calls.update(request.getId(), state, news, contextOf(call));
      return new providerPb.UpdateResponse().setProperties(toStruct(outs));
    }),
    delete: handler(async (call: Call<providerPb.DeleteRequest>) => {
      const { request } = call;
      const state = fromStruct(request.getProperties());
      await callsOf(request).delete(request.getId(), state, contextOf(call));
      return new emptyPb.Empty();
    }),
  };
}

/** The type token of a resource: the last part of its URN's type chain. */
function typeOfUrn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
