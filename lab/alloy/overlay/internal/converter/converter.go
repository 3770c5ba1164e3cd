// Package converter refuses: the converters of other programs' configurations take 1,900 packages.
package converter

import "github.com/grafana/alloy/internal/converter/diag"

// Input is the format to convert from.
type Input string

// SupportedFormats is empty, and stands in the help of `alloy convert`.
var SupportedFormats []string

// Convert answers with one fault.
func Convert([]byte, Input, []string) ([]byte, diag.Diagnostics) {
	var faults diag.Diagnostics
	faults.Add(diag.SeverityLevelCritical, "this build of Alloy has no converters")
	return nil, faults
}
