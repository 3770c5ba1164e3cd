// The states of deployed stacks name this path: with another one every host would be checked again.
import "../../checks/host/main.ts";
