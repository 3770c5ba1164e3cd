import type { Diff } from "./diff.ts";
import type { Bag } from "./values.ts";

/** What a double does of a type, named as in the SDK's `.d.ts`. */
export interface TypeSchema {
  /** Others are refused. */
  inputs: readonly string[];
  /** Outputs that are not inputs; unknown in the preview of a create. */
  computed: readonly string[];
  /** Input that gets a name made from the resource's when it is not given. */
  autoName?: string;
}

export interface CheckFailure {
  property: string;
  reason: string;
}

/** What every call knows besides its properties. */
export interface CallContext<Client> {
  client: Client;
  urn: string;
  /** A line in the engine's log; `status` lines are shown while the operation lasts and not kept. */
  log(level: "info" | "warning" | "error", text: string, status?: boolean): void;
  /** Aborted when the engine is interrupted. */
  signal: AbortSignal;
}

/** One resource type. All bags are plain: the server strips and restores the secret marks. */
export interface ResourceDouble<Client> {
  schema: TypeSchema;
  /** Outputs that are secret whatever the inputs are. */
  secretOutputs?: readonly string[];
  /** In the preview of an update: computed outputs keep their values, or are unknown. */
  computedOnUpdate: "kept" | "unknown";
  check?(inputs: Bag): CheckFailure[];
  diff(olds: Bag, news: Bag, state: Bag): Diff;
  create(inputs: Bag, context: CallContext<Client>): Promise<{ id: string; outs: Bag }>;
  read?(
    id: string,
    state: Bag,
    inputs: Bag,
    context: CallContext<Client>,
  ): Promise<{ outs: Bag; inputs: Bag } | undefined>;
  update?(id: string, state: Bag, news: Bag, context: CallContext<Client>): Promise<Bag>;
  delete?(id: string, state: Bag, context: CallContext<Client>): Promise<void>;
}

export type FunctionDouble<Client> = (args: Bag, context: CallContext<Client>) => Promise<Bag>;

/** A provider as the server serves it; `Client` is what `configure` makes of its configuration. */
export interface ProviderDouble<Client> {
  name: string;
  version: string;
  /** Configuration that the double does. */
  config: readonly string[];
  /** Never called with unknown values; `preview` is not known here, as with the real ones. */
  configure(config: Bag): Promise<Client>;
  resources: Record<string, ResourceDouble<Client>>;
  functions: Record<string, FunctionDouble<Client>>;
}

/**
 * The resource exists but is not as it should be: the engine records it with its errors, and the
 * next `up` deals with it (ErrorResourceInitFailed in pulumi/provider.proto).
 */
export class PartialCreateError extends Error {
  readonly id: string;
  readonly outs: Bag;

  constructor(id: string, outs: Bag, message: string) {
    super(message);
    this.id = id;
    this.outs = outs;
  }
}

/** The plugin ends in the middle of a call: the engine hears of no reason. */
export class PluginCrash extends Error {
  constructor() {
    super("error reading from server: EOF");
  }
}
