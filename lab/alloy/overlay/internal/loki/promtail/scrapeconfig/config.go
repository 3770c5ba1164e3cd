// Package scrapeconfig has the one type that loki.source.journal takes from it. The others name every
// discovery of Prometheus, with the SDKs of AWS, Azure and Kubernetes.
package scrapeconfig

import "github.com/prometheus/common/model"

// JournalTargetConfig is what loki.source.journal hands its reader.
type JournalTargetConfig struct {
	// MaxAge is a Go duration, "" for 7 h.
	MaxAge  string
	JSON    bool
	Labels  model.LabelSet
	Path    string
	Matches string
}
