// What the lab changes in Alloy's own go.mod; lab/programs.ts puts the two together when it builds.
// Committing the whole would be 1,160 lines here and 3,400 in go.sum, none of them ours.
// The path lies below Alloy's, so that Go lets this module import Alloy's internal packages.
module github.com/grafana/alloy/lab

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

// A copy of the module, in which files of `overlay/` take the place of those that need too much.
replace github.com/grafana/alloy => ./alloy
