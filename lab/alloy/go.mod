// What the lab changes in Alloy's own go.mod; lab/programs.ts puts the two together when it builds.
// Committing the whole would be 1,160 lines here and 3,400 in go.sum, none of them ours.
module lab/alloy

go 1.26.5

require (
	github.com/grafana/alloy v1.15.1
	// Alloy takes its syntax from the folder beside it, which a published module doesn't carry.
	github.com/grafana/alloy/syntax v0.1.1
)

// What that version of the syntax asks for beyond Alloy's own list.
require (
	github.com/fatih/color v1.19.0
	github.com/mattn/go-colorable v0.1.15
	github.com/mattn/go-isatty v0.0.22
	github.com/ohler55/ojg v1.28.1
	golang.org/x/sys v0.46.0
)

replace go.opentelemetry.io/ebpf-profiler => ./ebpf-profiler
