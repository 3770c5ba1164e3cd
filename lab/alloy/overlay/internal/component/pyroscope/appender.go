// Package pyroscope has the one type by which the controller tells profiles from other data. The rest
// needs the eBPF profiler, which is published in no module that is served.
package pyroscope

// Appendable is what a component exports that takes profiles; none does in this build.
type Appendable interface {
	takesProfiles()
}
