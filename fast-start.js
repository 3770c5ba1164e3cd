// Loaded before Pulumi's SDK (`nodeargs` in Pulumi.yaml), half of whose start goes into what this program does not use:
//
// - the TypeScript compiler and npm's arborist, 0.2 s and 45 MB, which serialise the functions of dynamic providers.
//   They are loaded when something asks for them.
// - `source-map-support`, 0.3 s of each preview and update: it formats a stack trace for every promise of the SDK.
//   Without it line numbers are those of the files that run; of this program they are right, since Node leaves its
//   lines where they are when it strips the types.
//
// A version of the SDK that has these parts elsewhere loads them as ever.
import Module, { createRequire } from "node:module";

const sdk = createRequire(import.meta.resolve("@pulumi/pulumi"));

/** Puts other contents in the place of a module that is not loaded yet. */
function replace(name, contents) {
  const path = resolved(name);
  if (!path || sdk.cache[path]) return;
  sdk.cache[path] = Object.assign(new Module(path), { exports: contents(path), loaded: true });
}

function resolved(name) {
  try {
    return sdk.resolve(name);
  } catch {
    return undefined;
  }
}

/** Loads the module when something of it is first used. */
function whenUsed(path) {
  let module;
  const load = () => {
    const standIn = sdk.cache[path];
    delete sdk.cache[path];
    module = sdk(path);
    sdk.cache[path] = standIn;
    return module;
  };
  // Whoever only asks whether it is an ES module is no use of it.
  const get = (_, key) => (key === "__esModule" ? true : (module ?? load())[key]);
  return new Proxy({}, { get });
}

replace("@pulumi/pulumi/typescript-shim.js", whenUsed);
replace("@npmcli/arborist", whenUsed);
replace("source-map-support/register", () => ({}));
