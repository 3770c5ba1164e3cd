// What the lab changes in Loki's own go.mod; lab/programs.ts puts the two together when it builds.
module lab/loki

go 1.26.5

tool github.com/grafana/loki/v3/cmd/loki

require (
	github.com/grafana/loki/v3 v3.7.8
	// Loki takes this from a folder of its repository, which a published module doesn't carry.
	github.com/grafana/loki/pkg/push v0.0.0-20250630054201-94c0ba7b0952
)
