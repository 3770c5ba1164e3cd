// A stand-in for the eBPF profiler that Alloy links for its component `pyroscope.ebpf`.
//
// Alloy 1.15.1 replaces go.opentelemetry.io/ebpf-profiler by a fork whose pinned version cannot be
// had as a Go module, and without it nothing that imports pyroscope.ebpf compiles. The lab collects
// metrics and logs, never profiles, so this module declares only the types and functions that the
// compiler asks for. Nothing here profiles: `controller.Start` refuses, and says why.
module go.opentelemetry.io/ebpf-profiler

go 1.25
