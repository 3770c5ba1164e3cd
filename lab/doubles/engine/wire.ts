import * as grpc from "@grpc/grpc-js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { Diff, PathChange } from "./diff.ts";
import { type CheckFailure, PartialCreateError, PluginCrash } from "./provider.ts";
import { type Bag, isBag } from "./values.ts";

type Struct = InstanceType<typeof structPb.Struct>;

/** What is sent: `Struct` knows no `undefined`. */
function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => prune(item ?? null));
  if (!isBag(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, prune(item)]));
}

export function toStruct(bag: Bag): Struct {
  return structPb.Struct.fromJavaScript(
    prune(bag) as Parameters<typeof structPb.Struct.fromJavaScript>[0],
  );
}

export function fromStruct(struct: Struct | undefined): Bag {
  return struct ? (struct.toJavaScript() as Bag) : {};
}

export function toCheckResponse({ inputs, failures }: { inputs: Bag; failures: CheckFailure[] }) {
  const list = failures.map(({ property, reason }) =>
    new providerPb.CheckFailure().setProperty(property).setReason(reason),
  );
  return new providerPb.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(list);
}

const KINDS = providerPb.PropertyDiff.Kind;
const KIND: Record<PathChange, [plain: number, replace: number]> = {
  add: [KINDS.ADD, KINDS.ADD_REPLACE],
  delete: [KINDS.DELETE, KINDS.DELETE_REPLACE],
  update: [KINDS.UPDATE, KINDS.UPDATE_REPLACE],
};

export function toDiffResponse(diff: Diff) {
  const changes = providerPb.DiffResponse.DiffChanges;
  const response = new providerPb.DiffResponse()
    .setChanges(diff.changed.length > 0 ? changes.DIFF_SOME : changes.DIFF_NONE)
    .setDiffsList(diff.changed)
    .setReplacesList(diff.replaces)
    .setDeletebeforereplace(diff.deleteBeforeReplace && diff.replaces.length > 0)
    .setHasdetaileddiff(true);
  for (const { path, kind, replace } of diff.paths) {
    const property = new providerPb.PropertyDiff().setKind(KIND[kind][replace ? 1 : 0] as 0);
    response.getDetaileddiffMap().set(path, property.setInputdiff(true));
  }
  return response;
}

/** An error in the form gRPC sends; one that left a resource behind carries its state. */
export function toServiceError(error: unknown): Partial<grpc.StatusObject> & { message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof PartialCreateError) {
    metadata.add("grpc-status-details-bin", Buffer.from(partialStatus(error).serializeBinary()));
  }
  const { UNAVAILABLE, UNKNOWN } = grpc.status;
  const code = error instanceof PluginCrash ? UNAVAILABLE : UNKNOWN;
  return { code, message, details: message, metadata };
}

function partialStatus(error: PartialCreateError) {
  const detail = new providerPb.ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(toStruct(error.outs))
    .setReasonsList([error.message]);
  const packed = new anyPb.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusPb.Status().setCode(grpc.status.UNKNOWN).setMessage(error.message);
  status.addDetails(packed);
  return status;
}
