// Command alloy is Grafana Alloy's own command line over those of its components that the pipelines use.
// Alloy's main package takes all 180, with the converters and the integrations of its predecessor.
package main

import (
	"os"

	"github.com/grafana/alloy/internal/alloycli"
	"github.com/grafana/alloy/internal/build"
	"github.com/prometheus/client_golang/prometheus"
)

func main() {
	prometheus.MustRegister(build.NewCollector("alloy"))
	if err := alloycli.Command().Execute(); err != nil {
		os.Exit(1)
	}
}
