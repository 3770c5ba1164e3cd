import type { Diff } from "./diff.ts";
import {
  type CallContext,
  type CheckFailure,
  PartialCreateError,
  type ResourceDouble,
} from "./provider.ts";
import { autoName, refuseOthers } from "./schema.ts";
import { type Bag, containsUnknown, markSecrets, UNKNOWN, unwrapBag } from "./values.ts";

/**
 * The life of one resource, between the engine's property bags (with secret marks and unknowns) and
 * a double that sees plain values only. No gRPC here.
 */
export class ResourceCalls<Client> {
  readonly #token: string;
  readonly #double: ResourceDouble<Client>;

  constructor(token: string, double: ResourceDouble<Client>) {
    this.#token = token;
    this.#double = double;
  }

  check(urn: string, olds: Bag, news: Bag): { inputs: Bag; failures: CheckFailure[] } {
    const { schema, check } = this.#double;
    const inputs = autoName(urn, unwrapBag(olds), news, schema);
    const plain = unwrapBag(inputs);
    const failures = [...refuseOthers(plain, schema.inputs), ...(check?.(plain) ?? [])];
    return { inputs, failures };
  }

  diff(oldInputs: Bag, news: Bag, state: Bag): Diff {
    return this.#double.diff(unwrapBag(oldInputs), unwrapBag(news), unwrapBag(state));
  }

  /** What a create will give: the inputs, and unknown for what only the create can tell. */
  previewCreate(inputs: Bag): Bag {
    const unknown = this.#double.schema.computed.map((key) => [key, UNKNOWN]);
    return this.#mark({ ...Object.fromEntries(unknown), ...unwrapBag(inputs) }, inputs);
  }

  async create(inputs: Bag, context: CallContext<Client>): Promise<{ id: string; outs: Bag }> {
    this.#refuseUnknowns("create", inputs);
    try {
      const { id, outs } = await this.#double.create(unwrapBag(inputs), context);
      return { id, outs: this.#mark(outs, inputs) };
    } catch (error) {
      if (!(error instanceof PartialCreateError)) throw error;
      throw new PartialCreateError(error.id, this.#mark(error.outs, inputs), error.message);
    }
  }

  async read(
    id: string,
    state: Bag,
    inputs: Bag,
    context: CallContext<Client>,
  ): Promise<{ outs: Bag; inputs: Bag } | undefined> {
    if (!this.#double.read) return { outs: state, inputs };
    const found = await this.#double.read(id, unwrapBag(state), unwrapBag(inputs), context);
    if (!found) return undefined;
    return {
      outs: this.#mark(found.outs, { ...state, ...inputs }),
      inputs: this.#mark(found.inputs, inputs),
    };
  }

  /** What an update will give: the new inputs, with computed outputs as they were or unknown. */
  previewUpdate(state: Bag, news: Bag): Bag {
    const unknown = this.#double.schema.computed.map((key) => [key, UNKNOWN]);
    const computed =
      this.#double.computedOnUpdate === "kept" ? unwrapBag(state) : Object.fromEntries(unknown);
    return this.#mark({ ...computed, ...unwrapBag(news) }, { ...state, ...news });
  }

  async update(id: string, state: Bag, news: Bag, context: CallContext<Client>): Promise<Bag> {
    this.#refuseUnknowns("update", news);
    if (!this.#double.update) throw new Error(`${this.#token} can't be updated in place`);
    const outs = await this.#double.update(id, unwrapBag(state), unwrapBag(news), context);
    return this.#mark(outs, { ...state, ...news });
  }

  async delete(id: string, state: Bag, context: CallContext<Client>): Promise<void> {
    await this.#double.delete?.(id, unwrapBag(state), context);
  }

  #mark(outs: Bag, inputs: Bag): Bag {
    return markSecrets(outs, inputs, this.#double.secretOutputs);
  }

  #refuseUnknowns(operation: string, inputs: Bag): void {
    if (containsUnknown(inputs)) {
      throw new Error(`${operation} of ${this.#token} was called with unknown values`);
    }
  }
}
