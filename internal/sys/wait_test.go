package sys

import (
	"errors"
	"os"
	"testing"
	"time"
)

func TestWaitReadableEndsForEachReason(t *testing.T) {
	r, wr, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer wr.Close()
	w, err := NewWaker()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	wait := func(timeout time.Duration) error { return WaitReadable(r.Fd(), w, timeout) }

	if err := wait(0); !errors.Is(err, ErrTimeout) {
		t.Errorf("nothing to read: %v", err)
	}
	if err := wait(time.Microsecond); !errors.Is(err, ErrTimeout) {
		t.Errorf("less than a millisecond: %v", err)
	}
	w.Wake()
	w.Wake()
	if err := wait(time.Minute); err != nil {
		t.Errorf("woken before: %v", err)
	}
	w.Clear()
	if err := wait(0); !errors.Is(err, ErrTimeout) {
		t.Errorf("cleared: %v", err)
	}
	go w.Wake()
	if err := wait(time.Minute); err != nil {
		t.Errorf("woken meanwhile: %v", err)
	}
	w.Clear()
	if _, err := wr.Write([]byte{1}); err != nil {
		t.Fatal(err)
	}
	if err := wait(time.Minute); err != nil {
		t.Errorf("readable: %v", err)
	}
}

func TestWakerOutlivesItsClose(t *testing.T) {
	w, err := NewWaker()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Error(err)
	}
	w.Wake()
	w.Clear()
}
