package main

import (
	"context"
	"testing"

	"twostep/internal/camera"
)

// eager has the next frame before the last one is wanted.
type eager struct{ camera.Source }

func (eager) Start() error { return nil }
func (eager) Next(ctx context.Context) (camera.Shot, error) {
	return camera.Shot{}, ctx.Err()
}
func (eager) Fill(camera.Target) (int, error) { return 1, nil }
func (eager) Close() error                    { return nil }

func TestFillIsToldBeforeTheNextShot(t *testing.T) {
	s := newShooter(eager{})
	s.start()
	defer s.stop()
	for range 1000 {
		<-s.shots
		s.targets <- camera.Target{Mem: []byte{0}}
		select {
		case f := <-s.fills:
			if f.copied != 1 || f.err != nil {
				t.Fatalf("fill is %+v", f)
			}
		case <-s.shots:
			t.Fatal("a shot before the fill of the last")
		}
	}
}

func TestStopDoesNotWaitForAnOwner(t *testing.T) {
	s := newShooter(eager{})
	s.start()
	<-s.shots
	s.targets <- camera.Target{Mem: []byte{0}}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
}
