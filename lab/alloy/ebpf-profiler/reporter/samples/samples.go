// Package samples declares how traces are grouped. Part of a stand-in, see go.mod.
package samples

import "go.opentelemetry.io/ebpf-profiler/libpf"

type TraceEventMeta struct {
	APMServiceName string
	ContainerID    libpf.String
	ExecutablePath libpf.String
	Comm           libpf.String
	EnvVars        map[libpf.String]libpf.String
	PID, TID       libpf.PID
	CPU            int
	Timestamp      int64
	OffTime        int64
	Origin         libpf.Origin
}

type ResourceKey struct {
	APMServiceName string
	ContainerID    libpf.String
	ExecutablePath libpf.String
	PID            int64
}

type SampleKey struct {
	Hash     uint64
	Comm     libpf.String
	TID, CPU int64
}

type TraceEvents struct {
	Frames     []libpf.FrameRef
	Timestamps []uint64
	OffTimes   []int64
	Labels     map[libpf.String]libpf.String
}

type SampleToEvents map[SampleKey]*TraceEvents

type ResourceToProfiles struct {
	EnvVars map[libpf.String]libpf.String
	Events  map[libpf.Origin]SampleToEvents
}

type TraceEventsTree map[ResourceKey]ResourceToProfiles
