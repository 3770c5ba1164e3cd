// Package libpf declares the profiler's basic types. Part of a stand-in, see go.mod.
package libpf

import "errors"

type (
	PID             uint32
	Address         uint64
	AddressOrLineno uint64
	SourceLineno    uint64
	Origin          uint8
)

// FileID names an executable. The stand-in never makes one.
type FileID struct{}

func (FileID) Hash32() uint32         { return 0 }
func (FileID) StringNoQuotes() string { return "" }

// FileIDFromString knows no file: what other builds left in the symbol cache stays untouched.
func FileIDFromString(string) (FileID, error) {
	return FileID{}, errors.New("the eBPF profiler is a stand-in in this build")
}

// String is a comparable text.
type String struct{ text string }

var NullString String

func Intern(text string) String { return String{text} }
func (s String) String() string { return s.text }
