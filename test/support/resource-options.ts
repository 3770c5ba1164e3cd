import * as pulumi from "@pulumi/pulumi";

/** What a resource is registered with besides its inputs; mocks are not told. */
export interface ResourceOptions {
  /** Name of the component that it belongs to; `undefined` for what the program itself makes. */
  parent?: string;
  /** Name of its explicit provider. */
  provider?: string;
  /** Names of the resources that it waits for, in order of names. */
  dependsOn: string[];
  deleteBeforeReplace: boolean;
  replaceOnChanges: string[];
  /** Names of the hooks that are told of its errors. */
  onError: string[];
  /** Names of the hooks that run before it is made. */
  beforeCreate: string[];
  retainOnDelete: boolean;
  /** Id under which it is taken into the state; "" if it is made. */
  importId: string;
}

/** The part of a registration, as it goes to the engine, that is read here. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getDependenciesList(): string[];
  getDeletebeforereplace(): boolean;
  getReplaceonchangesList(): string[];
  getHooks(): { getOnErrorList(): string[]; getBeforeCreateList(): string[] } | undefined;
  getRetainondelete(): boolean;
  getImportid(): string;
}

type RegisterHook = (request: unknown, callback: (error: null) => void) => void;
type Register = (request: RegisterRequest, callback: unknown) => Promise<void>;

/** Records the options of every registration from now on. Call it after `setMocks`. */
export function recordOptions(): (type: string, name: string) => ResourceOptions {
  const recorded = new Map<string, ResourceOptions>();
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource: Register;
    registerErrorHook: RegisterHook;
    registerResourceHook: RegisterHook;
  };
  // The SDK's mocks have none, and no operation of theirs fails.
  monitor.registerErrorHook = (_, callback) => callback(null);
  monitor.registerResourceHook = (_, callback) => callback(null);
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    recorded.set(`${request.getType()} ${request.getName()}`, optionsOf(request));
    return register(request, callback);
  };
  return (type, name) => {
    const found = recorded.get(`${type} ${name}`);
    if (!found) throw new Error(`${type} ${name} was not registered`);
    return found;
  };
}

function optionsOf(request: RegisterRequest): ResourceOptions {
  return {
    parent: nameOf(request.getParent()),
    provider: nameOf(request.getProvider()),
    dependsOn: request
      .getDependenciesList()
      .map((urn) => nameOf(urn) ?? urn)
      .sort(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    replaceOnChanges: request.getReplaceonchangesList(),
    onError: request.getHooks()?.getOnErrorList() ?? [],
    beforeCreate: request.getHooks()?.getBeforeCreateList() ?? [],
    retainOnDelete: request.getRetainondelete(),
    importId: request.getImportid(),
  };
}

/** `urn:pulumi:stack::project::type::name`, of a provider with its id behind it. */
function nameOf(reference: string): string | undefined {
  return reference.split("::")[3];
}
