package camera

import (
	"context"

	"twostep/fourcc"
	"twostep/internal/sys"
)

// Source is a camera: a V4L2 device or the test pattern.
//
// A source is made with its extent and rate settled, and captures nothing
// until Start. One goroutine at a time may use it; Step and Close alone may be
// called while another goroutine is in Next, which Close ends with ErrClosed.
type Source interface {
	// Name is what a person calls the source: "pattern", or the name that the
	// driver gives its card.
	Name() string

	// Formats lists what Fill can deliver, preferred first. Formats that cost a
	// conversion are included and come last. The slice is the caller's.
	Formats() []fourcc.Format

	// Extent is the size of every frame, in pixels.
	Extent() (width, height int)

	// Rate is the frame rate, in frames per second, as a fraction.
	Rate() (num, den int)

	// Start begins capturing. It is called once.
	Start() error

	// Next blocks until the next frame has been captured. A shot that is not
	// filled before Next is called again is missed: a driver gets its buffer
	// back. The error is ctx.Err() when ctx ended the wait.
	Next(ctx context.Context) (Shot, error)

	// Fill writes the shot that Next last returned into dst, whose layout must
	// be of one of Formats and of the source's extent. copied counts the bytes
	// that were copied or converted after the capture: 0 for a source that
	// draws in place. A shot can be filled once.
	Fill(dst Target) (copied int, err error)

	// Step lets the next frame of a stepped pattern happen; every other source
	// ignores it. It never blocks.
	Step()

	// Close ends capturing and lets the device go. It may be called twice.
	Close() error
}

// Shot describes one captured frame.
type Shot struct {
	// Sequence is the camera's own number: a gap in it is a frame that the
	// camera captured and nobody fetched.
	Sequence uint64
	// Time is that of the capture.
	Time sys.Time
	// Error says that the driver marked the picture as damaged.
	Error bool
}

// Target is the memory that a shot is written to.
type Target struct {
	// Layout says where the planes lie in Mem.
	Layout fourcc.Layout
	// Mem is a buffer's mapping, borrowed for the length of the call. Plane p
	// begins at Mem[Layout.Planes[p].Offset].
	Mem []byte
}
