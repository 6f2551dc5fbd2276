package heap

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"twostep/internal/sys"
)

// Many that start at once must not take together what each alone may have.
func TestSpareDescriptorsAreLeftByManyGoroutines(t *testing.T) {
	const free = 20
	open, _, err := sys.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	limitFDs(t, uint64(open+Spare+free))
	var wait sync.WaitGroup
	var made [8][]*Buffer
	for i := range made {
		wait.Go(func() {
			for range 10 {
				got, err := Memfd{}.Allocate("cam", size, 3)
				if err != nil && !errors.Is(err, ErrNoDescriptors) {
					t.Error(err)
				}
				made[i] = append(made[i], got...)
			}
		})
	}
	wait.Wait()
	now, limit, err := sys.Descriptors()
	if err != nil || limit-now < Spare || limit-now >= Spare+3 {
		t.Errorf("%d of %d in use, %v, want %d to %d left", now, limit, err, Spare, Spare+2)
	}
	for _, buffers := range made {
		abandon(buffers)
	}
}

func TestPromisedDescriptorsCountUntilTheyAreSettled(t *testing.T) {
	limitFDs(t, uint64(openFDs(t)+Spare+5))
	var d descriptors
	steps := []struct {
		promise, settle int
		ok              bool
	}{{6, 0, false}, {3, 0, true}, {3, 0, false}, {2, 0, true}, {1, 0, false}, {0, 1, true}, {1, 0, true}}
	for i, s := range steps {
		d.settle(s.settle)
		if err := d.promise(s.promise); (err == nil) != s.ok {
			t.Errorf("step %d: %d more: %v", i, s.promise, err)
		}
	}
}

func TestRefusalOfDescriptorsHasItsNumbers(t *testing.T) {
	limitFDs(t, Spare+3)
	_, err := Memfd{}.Allocate("cam", size, 100)
	if err == nil || !strings.Contains(err.Error(), "no file descriptor left: 100 wanted") ||
		!strings.Contains(err.Error(), "of 67 in use, 64 kept back") {
		t.Errorf("%v", err)
	}
}

func TestOthersFindDescriptorsAfterARefusal(t *testing.T) {
	open := openFDs(t)
	limitFDs(t, uint64(open+Spare))
	if _, err := (Memfd{}).Allocate("cam", size, 1); !errors.Is(err, ErrNoDescriptors) {
		t.Errorf("%v, want ErrNoDescriptors", err)
	}
	var fds []*sys.FD
	for i := range Spare {
		fd, err := sys.Memfd("other", 1)
		if err != nil {
			t.Fatalf("descriptor %d of those kept back: %v", i, err)
		}
		fds = append(fds, fd)
	}
	for _, fd := range fds {
		fd.Close()
	}
}
