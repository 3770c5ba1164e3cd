// Package dynamicprofiling declares who is profiled. Part of a stand-in, see go.mod.
package dynamicprofiling

import "go.opentelemetry.io/ebpf-profiler/process"

type Policy interface {
	ProfilingEnabled(p process.Process, containerID string) bool
}

type AlwaysOnPolicy struct{}

func (AlwaysOnPolicy) ProfilingEnabled(process.Process, string) bool { return true }
