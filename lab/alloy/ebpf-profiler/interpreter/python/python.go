// Package python declares one switch that Alloy sets. Part of a stand-in, see go.mod.
package python

import "sync/atomic"

var NoContinueWithNextUnwinder atomic.Bool
