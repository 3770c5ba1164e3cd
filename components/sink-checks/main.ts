// The states of deployed stacks name this path: with another one the sinks would be asked again.
import "../../checks/sinks/main.ts";
