package wire

import (
	"io"
	"os"
	"time"
)

// debugTracer is nil unless TWOSTEP_DEBUG=1, so that tracing that is off costs
// one comparison.
var debugTracer = newDebugTracer(os.Getenv("TWOSTEP_DEBUG"))

// tracer prints messages, a line each, written at once so that processes that
// share a terminal do not mix theirs.
type tracer struct {
	w   io.Writer
	now func() time.Time
}

func newDebugTracer(setting string) *tracer {
	if setting != "1" {
		return nil
	}
	return &tracer{w: os.Stderr, now: time.Now}
}

func (t *tracer) outgoing(o *Out) {}

func (t *tracer) incoming(iface *Interface, sig *Signature, a *Args) {}
