import { readPidLimit } from "../../host-shell/pid-limit.ts";
import { isCommand, isContainer, type StackResource, text, titleOf, unknown } from "../resource.ts";
import type { Rule, StackRule } from "../rule.ts";

export const memoryLimit: Rule = {
  name: "memory-limit",
  description: "Every container has a memory limit, and no swap beyond it.",
  check(resource) {
    if (!isContainer(resource)) return [];
    const { memory, memorySwap } = resource.props;
    const title = titleOf(resource);
    if (memory === unknown) return [];
    if (typeof memory !== "number" || memory <= 0) {
      return [`${title}: has no memory limit. Set \`memory\` and \`memorySwap\` in MB.`];
    }
    if (memorySwap === unknown || memorySwap === memory) return [];
    return [
      `${title}: may swap, and the daemon will refuse to raise its memory limit. ` +
        `Set \`memorySwap\` to ${memory} as well.`,
    ];
  },
};

/** The provider has no input for it: a command that depends on the container sets it. */
export const pidLimit: StackRule = {
  name: "pid-limit",
  description: "Every container's processes are bounded by a command that depends on it.",
  check: ({ resources }) =>
    resources
      .filter(isContainer)
      .filter((container) => !resources.some((other) => limits(other, container)))
      .map((resource) => ({
        resource,
        message:
          `${titleOf(resource)}: has no PID limit, so a fork bomb in it takes the host down. ` +
          "Call `limitPids` of components/agent/pid-limit.ts with it.",
      })),
};

/** In a preview the script depends on the new container's id: it is unknown, and its being there must do. */
function limits(command: StackResource, container: StackResource): boolean {
  if (!isCommand(command) || !command.dependencies.includes(container.name)) return false;
  const { stdin } = command.props;
  return stdin === unknown || readPidLimit(text(stdin) ?? "") !== undefined;
}
