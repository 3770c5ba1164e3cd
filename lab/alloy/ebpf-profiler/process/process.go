// Package process declares what the profiler knows of a process. Part of a stand-in, see go.mod.
package process

import (
	"io"

	"go.opentelemetry.io/ebpf-profiler/libpf"
)

var VdsoPathName = libpf.Intern("linux-vdso")

type Mapping struct{}

type ReadAtCloser interface {
	io.ReaderAt
	io.Closer
}

type Process interface {
	PID() libpf.PID
	OpenMappingFile(*Mapping) (ReadAtCloser, error)
}
