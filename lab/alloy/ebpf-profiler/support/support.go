// Package support declares where a trace comes from. Part of a stand-in, see go.mod.
package support

import "go.opentelemetry.io/ebpf-profiler/libpf"

const (
	TraceOriginSampling libpf.Origin = iota + 1
	TraceOriginOffCPU
	TraceOriginProbe
)
