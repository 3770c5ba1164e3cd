// What the lab changes in the Pulumi CLI's own go.mod; lab/programs.ts puts the two together when it builds.
module lab/engine

go 1.26.6

tool github.com/pulumi/pulumi/pkg/v3/cmd/pulumi

require (
	github.com/pulumi/pulumi/pkg/v3 v3.274.1
	// The CLI takes its SDK from the folder beside it, which a published module doesn't carry.
	github.com/pulumi/pulumi/sdk/v3 v3.274.1
)
