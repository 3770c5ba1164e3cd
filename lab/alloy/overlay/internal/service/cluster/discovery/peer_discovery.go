// Package discovery knows no peers: finding them takes the SDKs of ten clouds, 14 MB of source.
package discovery

import (
	"errors"

	"github.com/go-kit/log"
	"go.opentelemetry.io/otel/trace"
)

// DiscoverFn returns the addresses of peers.
type DiscoverFn func() ([]string, error)

// Options are what the command line says of peers.
type Options struct {
	JoinPeers     []string
	DiscoverPeers string
	DefaultPort   int
	Logger        log.Logger
	Tracer        trace.TracerProvider
}

// NewPeerDiscoveryFn fails when peers are asked for. Without, nil: a cluster of one.
func NewPeerDiscoveryFn(opts Options) (DiscoverFn, error) {
	if len(opts.JoinPeers) > 0 || opts.DiscoverPeers != "" {
		return nil, errors.New("this build of Alloy can't join a cluster")
	}
	return nil, nil
}
