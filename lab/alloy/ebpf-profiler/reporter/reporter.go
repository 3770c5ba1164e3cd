// Package reporter declares what is said of executables. Part of a stand-in, see go.mod.
package reporter

import (
	"go.opentelemetry.io/ebpf-profiler/libpf"
	"go.opentelemetry.io/ebpf-profiler/process"
)

type ExecutableMetadata struct {
	MappingFile       libpf.FrameMappingFile
	Mapping           *process.Mapping
	Process           process.Process
	DebuglinkFileName string
}

type ExecutableReporter interface {
	ReportExecutable(*ExecutableMetadata)
}
