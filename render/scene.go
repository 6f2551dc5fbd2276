// Package render says what a frame of the compositor looks like.
//
// A [Scene] is what the compositor wants shown. [List] turns it, in pure Go,
// into a display list of three primitives: filled rectangles, text from one
// glyph atlas, and pictures. The backends in render/soft and render/gl draw
// those primitives and nothing else, so that they look alike and can be
// compared pixel by pixel.
//
// The package makes no system call and knows no clock: times come in with the
// scene or through a function.
package render

import (
	"image"

	"twostep/fourcc"
)

// Scene is one complete state of the output. It is immutable once it has been
// handed over, except that Picture.Mem goes back to its owner when the
// renderer reports it uploaded.
type Scene struct {
	Serial  uint64      // the compositor's own count, for matching Shown
	Size    image.Point // of the output, in pixels
	Windows []Window    // back to front
	HUD     *HUD        // nil: hidden
}

// Window is one toplevel. The zero Picture shows an empty content.
type Window struct {
	ID      uint32 // stable for the life of the window; renderers cache by it
	Title   string
	Focused bool
	Frame   image.Rectangle // with the title bar
	Content image.Rectangle
	Picture *Picture // nil: nothing shown yet
	Notice  string   // over the last picture, such as "camera has gone"; empty: none
}

// Picture is the pixels of a window. Mem is borrowed until the renderer calls
// uploaded, and must hold Layout.Bytes bytes or more.
type Picture struct {
	Key      uint64 // changes whenever the pixels do; uploaded again only then
	Layout   fourcc.Layout
	Mem      []byte
	Sequence uint64
	Time     int64 // of capture, CLOCK_MONOTONIC in ns
}

// HUD is what is known about the stream that is looked at.
type HUD struct {
	Now        int64 // right edge of the buffer lanes, CLOCK_MONOTONIC in ns
	Stream     string
	FPS        float64
	LatencyMS  float64 // capture to shown
	Generation uint32  // 0: no storage yet
	Fourcc     string
	Width      int
	Height     int
	Attached   []Attached
	Buffers    []BufferLane
	Missed     uint64
	Superseded uint64
	Recording  *Recording // nil: not recording
	Refusal    string     // the proof, a paragraph; empty: none
	Way        string     // the way out that would be taken
	Hints      []string   // "R record": the key, a blank, what it does
	Notes      []string
}

// Attached is one device on the set.
type Attached struct {
	Name      string
	Direction string // "read" or "write"
	Held      int    // buffers that it holds now
}

// BufferLane is the recent life of one buffer of the set.
type BufferLane struct {
	Index      int
	Generation uint32
	Spans      []Span // oldest first, not overlapping
}

// Span says who held a buffer from From to To, CLOCK_MONOTONIC in ns. A To of
// 0 means until now.
type Span struct {
	From, To int64
	Holder   Holder
}

// Holder says whose turn it is with a buffer.
type Holder uint8

// Who may hold a buffer.
const (
	Idle Holder = iota
	Camera
	Display
	Encoder
	Other
)

// String returns the word of the legend.
func (h Holder) String() string {
	switch h {
	case Camera:
		return "camera"
	case Display:
		return "display"
	case Encoder:
		return "encoder"
	case Other:
		return "other"
	default:
		return "idle"
	}
}

// Recording is a recording under way.
type Recording struct {
	Since  int64  // CLOCK_MONOTONIC in ns
	Frames uint64 // the encoder has been given
	Name   string // of the encoder's device, or the file
}

// Renderer draws scenes on an output. It belongs to one goroutine; the gl
// backends also to one OS thread.
type Renderer interface {
	// Draw shows s. It calls uploaded, which may be nil, once for each
	// Picture of the scene, as soon as that Picture's Mem is no longer
	// needed, also when it was unchanged and on error.
	Draw(s *Scene, uploaded func(p *Picture, copied int)) error
	// Snapshot reads back what was drawn last.
	Snapshot() (*image.RGBA, error)
	// Close frees everything. The Renderer cannot be used again.
	Close() error
}
