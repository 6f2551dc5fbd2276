package demo

import (
	"encoding/json"
	"os"

	"twostep/internal/exit"
)

// Summary is what one demo measured; summary.json holds just this. Times are
// in milliseconds, sequence numbers are the camera's own.
type Summary struct {
	Source     string      `json:"source"`
	Fourcc     string      `json:"fourcc"` // that the camera started in
	Width      int         `json:"width"`
	Height     int         `json:"height"`
	FPS        float64     `json:"fps"`
	Preview    Preview     `json:"preview"`
	LateAttach *LateAttach `json:"late_attach"` // nil: record was never pressed
	Recording  *Recording  `json:"recording"`   // nil: no encoder was let in
	Copies     Copies      `json:"copies_per_frame"`
	LeftBehind LeftBehind  `json:"left_behind"`
}

// Preview is what became of the camera's frames on the screen.
type Preview struct {
	Frames     uint64  `json:"frames"`     // of the camera's sequence, from the first that came
	Missed     uint64  `json:"missed"`     // gaps in the camera's sequence
	Superseded uint64  `json:"superseded"` // replaced before they were drawn
	Lost       uint64  `json:"lost"`       // missed and superseded
	MaxGapMS   float64 `json:"max_gap_ms"` // between two frames shown in succession
}

// LateAttach is how the encoder got in, or did not.
type LateAttach struct {
	FirstAnswer      string `json:"first_answer"` // name of an errno
	Why              string `json:"why"`
	Way              string `json:"way"` // the way taken; strict if none was
	GenerationBefore uint32 `json:"generation_before"`
	GenerationAfter  uint32 `json:"generation_after"`
	// PressToFirstEncodedMS is from the key press until the codec returned
	// the first packet; nil if it never did.
	PressToFirstEncodedMS *float64 `json:"press_to_first_encoded_ms"`
}

// Recording is a file that was read back.
type Recording struct {
	File     string `json:"file"`
	Codec    string `json:"codec"`
	Frames   uint64 `json:"frames"`
	Lost     uint64 `json:"lost"`
	FirstSeq uint64 `json:"first_seq"`
	LastSeq  uint64 `json:"last_seq"`
}

// Copies counts how often each byte of a frame is copied by each process after
// the camera captured it. An upload to the GPU is the display's one copy.
type Copies struct {
	Camera  float64 `json:"camera"`
	Display float64 `json:"display"`
	Encoder float64 `json:"encoder"`
}

// LeftBehind sums what each process held after its last client, or its last
// recording, beyond what it held before the first.
type LeftBehind struct {
	FDs       int `json:"fds"`
	Buffers   int `json:"buffers"`
	Mappings  int `json:"mappings"`
	Processes int `json:"processes"`
}

// counted is false where a process could not count.
func (l *LeftBehind) counted() bool {
	return l != nil && l.FDs >= 0 && l.Buffers >= 0 && l.Mappings >= 0 && l.Processes >= 0
}

func (l *LeftBehind) add(m LeftBehind) {
	l.FDs += m.FDs
	l.Buffers += m.Buffers
	l.Mappings += m.Mappings
	l.Processes += m.Processes
}

func (s *Summary) write(path string) error { return writeJSON(path, s) }

func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return &exit.Error{Code: exit.CannotCreate, Err: err}
	}
	return nil
}
