// Package controller would start the profiler, and refuses to. Part of a stand-in, see go.mod.
package controller

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/ebpf-profiler/pyroscope/dynamicprofiling"
	"go.opentelemetry.io/ebpf-profiler/reporter"
)

var errStandIn = errors.New("pyroscope.ebpf does not work here: " +
	"the eBPF profiler is a stand-in in this build of Alloy, which is meant for metrics and logs alone")

// Settings are the profiler's own defaults. It has none here.
type Settings struct{}

func ParseArgs() (Settings, error) { return Settings{}, nil }
func (Settings) Validate() error   { return nil }

// Config is the defaults and what Alloy sets from the component's arguments.
type Config struct {
	Config             Settings
	ReporterInterval   time.Duration
	SamplesPerSecond   int
	Tracers            string
	OffCPUThreshold    float64
	SendErrorFrames    bool
	LoadProbe          bool
	ProbeLinks         []string
	VerboseMode        bool
	Policy             dynamicprofiling.Policy
	Reporter           any
	ExecutableReporter reporter.ExecutableReporter
}

type Controller struct{}

func New(*Config) *Controller { return &Controller{} }

// Start always fails: silence would look like a host without profiles.
func (*Controller) Start(context.Context) error { return errStandIn }
func (*Controller) Shutdown()                   {}
