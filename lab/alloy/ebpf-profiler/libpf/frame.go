package libpf

// FrameType says which interpreter a frame is of.
type FrameType int

const (
	NativeFrame FrameType = iota
	KernelFrame
	PythonFrame
)

func (FrameType) IsAbort() bool { return false }

type FrameMappingFileData struct {
	FileID     FileID
	FileName   String
	GnuBuildID string
}

// FrameMappingFile is a comparable reference to a mapped file.
type FrameMappingFile struct{ data *FrameMappingFileData }

func (f FrameMappingFile) Value() FrameMappingFileData { return *f.data }

type FrameMappingData struct {
	File       FrameMappingFile
	Start, End Address
	FileOffset uint64
}

type FrameMapping struct{ data *FrameMappingData }

func (m FrameMapping) Valid() bool             { return m.data != nil }
func (m FrameMapping) Value() FrameMappingData { return *m.data }

type Frame struct {
	Type            FrameType
	AddressOrLineno AddressOrLineno
	FunctionName    String
	SourceFile      String
	SourceLine      SourceLineno
	Mapping         FrameMapping
}

// FrameRef refers to a frame.
type FrameRef struct{ frame *Frame }

func (f FrameRef) Value() Frame { return *f.frame }

type Trace struct {
	Hash         uint64
	Frames       []FrameRef
	CustomLabels map[String]String
}
