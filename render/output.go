package render

import "image"

// InputKind tells Inputs apart.
type InputKind uint8

// The kinds of Input, with the fields that each uses.
const (
	KeyInput    InputKind = iota // Key, Pressed
	MotionInput                  // X, Y
	ButtonInput                  // Button, Pressed, X, Y
	ScrollInput                  // X, Y: steps, positive to the right and down
	ResizeInput                  // Size
	CloseInput
)

// Input is something that a person did to an output. Time is CLOCK_MONOTONIC
// in ns.
type Input struct {
	Kind    InputKind
	Key     uint32 // evdev code, such as 19 for R
	Pressed bool
	X, Y    float64     // output pixels from the top left
	Button  uint32      // evdev code, 0x110 is the left one
	Size    image.Point // output pixels
	Time    int64
}
