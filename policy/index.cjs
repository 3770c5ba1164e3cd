// Pulumi loads a policy pack with `require` and through ts-node, whatever the project says, and ts-node can't
// load an ES module. So this one file is CommonJS and hands over to the loader that the program uses.
module.exports = async () => {
  require("tsx/esm/api").register();
  await import("./pack.ts");
};
