// Package steps names the points in the life of a way out, so that a test can
// kill a process at exactly one of them.
//
// A program built with the tag "steps" reports each point that it comes to and
// waits there until it is told to go on; see [At]. In every other build a point
// is nothing at all.
package steps

// Point is a moment in the life of a way out.
type Point string

// Points of the compositor.
const (
	Attach     Point = "attach"              // somebody asks to be attached
	Refuse     Point = "refuse"              // before a refusal is sent
	Proceed    Point = "proceed"             // before a late attachment goes its way out
	Reserve    Point = "reserve"             // before a place is kept
	Claim      Point = "claim"               // before a place is taken
	Allocate   Point = "allocate"            // before storage is made
	Allocated  Point = "allocated"           // it has been
	ToProducer Point = "storage to producer" // before the producer is shown it
	Ready      Point = "ready"               // the producer has mapped it
	Seal       Point = "seal"                // before it is sealed
	Sealed     Point = "sealed"              // it is
	ToConsumer Point = "storage to consumer" // before a consumer is shown it
	Crossing   Point = "crossing"            // the first frame of new storage is with everybody
	Retired    Point = "retired"             // before somebody is told that no more comes of the old
	Admit      Point = "admit"               // before a late attachment is told that it is in
	Move       Point = "move"                // before somebody is shown what a buffer moves to
	Answered   Point = "answered"            // a consumer has followed a move
	Copy       Point = "copy"                // before a frame is copied
	Copied     Point = "copied"              // it has been
	Free       Point = "free"                // before a buffer's storage is given back
	Stop       Point = "stop"                // a consumer wants no more frames
	Detach     Point = "detach"              // before somebody is let go
)

// Points of the client package: of camapp, of encapp, or of a third program.
const (
	Mapped     Point = "mapped"      // storage has been mapped
	Answer     Point = "answer"      // before the compositor is told so
	FirstQueue Point = "first queue" // before the first frame of new storage is sent
)

// Points of encapp.
const (
	EncoderAsk      Point = "encoder ask"      // before it asks to be attached
	EncoderAttached Point = "encoder attached" // it was not late
	EncoderRefused  Point = "encoder refused"
	EncoderAdmitted Point = "encoder admitted"
	FirstFrame      Point = "first frame"  // before it goes to the codec
	FirstPacket     Point = "first packet" // the codec has returned it
	EncoderStop     Point = "encoder stop" // before the compositor is asked for the last frame
	FileFinished    Point = "file finished"
)

// Points are all there are.
var Points = []Point{
	Attach, Refuse, Proceed, Reserve, Claim, Allocate, Allocated, ToProducer, Ready, Seal, Sealed, ToConsumer,
	Crossing, Retired, Admit, Move, Answered, Copy, Copied, Free, Stop, Detach,
	Mapped, Answer, FirstQueue,
	EncoderAsk, EncoderAttached, EncoderRefused, EncoderAdmitted, FirstFrame, FirstPacket, EncoderStop, FileFinished,
}

// Variable names the unix socket that points are reported to: a connection a
// point, on which the process writes its id, its program, how many goroutines it
// has and the point in one line, and goes on when the other end closes it.
// Without it nothing is reported.
const Variable = "TWOSTEP_STEPS"
