// Command alloy is Grafana Alloy over the root command that its module publishes: Alloy's own main
// package lies in another module, together with the OpenTelemetry collector.
package main

import (
	"os"

	"github.com/grafana/alloy/flowcmd"
)

func main() {
	if err := flowcmd.RootCommand().Execute(); err != nil {
		os.Exit(1)
	}
}
