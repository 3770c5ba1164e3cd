package stages

import (
	"errors"

	"github.com/go-kit/log"
)

// PatternConfig has the arguments of `stage.pattern`.
type PatternConfig struct {
	Pattern          string  `alloy:"pattern,attr"`
	Source           *string `alloy:"source,attr,optional"`
	LabelsFromGroups bool    `alloy:"labels_from_groups,attr,optional"`
}

// newPatternStage refuses: patterns are parsed by a package of Loki, which is under the AGPL.
func newPatternStage(log.Logger, PatternConfig) (Stage, error) {
	return nil, errors.New("this build of Alloy has no stage.pattern")
}
