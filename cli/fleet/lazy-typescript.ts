import Module, { createRequire } from "node:module";

/**
 * Pulumi's SDK loads the TypeScript compiler when it is loaded: 45 MB and half a second a process, for the
 * serialised functions of dynamic providers, which this program has none of. Imported before the SDK, this
 * module puts the loading off until the compiler is first used.
 */
const require = createRequire(import.meta.url);
const shim = require.resolve("@pulumi/pulumi/typescript-shim.js");

if (!require.cache[shim]) {
  let compiler: Record<PropertyKey, unknown> | undefined;
  const lazy = new Proxy(
    {},
    {
      get(_, key) {
        compiler ??= require("typescript") as Record<PropertyKey, unknown>;
        return compiler[key];
      },
    },
  );
  require.cache[shim] = Object.assign(new Module(shim), { exports: lazy, loaded: true });
}
