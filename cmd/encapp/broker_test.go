package main

import "testing"

// A frame may be dropped while the one before it is still being copied.
func TestLastFrameIsTheHighestNumberThatWasHeardOf(t *testing.T) {
	rec := newTake(nil, job{}, nil)
	rec.phase = over // nothing of it is written
	rec.tally.frames = 1
	rec.drop(11)
	rec.tally.heard(10)
	if rec.last(11); rec.err != nil {
		t.Error(rec.err)
	}
	if rec.last(10); rec.err == nil {
		t.Error("a frame before one that was dropped is taken for the last")
	}
}
