// Pulumi loads a policy pack with `require` and through ts-node, whatever the project says, and ts-node can't
// load an ES module. So this one file is CommonJS and leaves the rest to Node, which strips the types itself.
module.exports = () => import("./pack.ts");
