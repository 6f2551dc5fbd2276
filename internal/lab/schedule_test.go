package lab

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestEveryCellHasItsTrialsInEveryRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells, rounds := rapid.IntRange(0, 40).Draw(t, "cells"), rapid.IntRange(1, 12).Draw(t, "rounds")
		o := Options{Trials: rounds, Seed: rapid.Uint64().Draw(t, "seed")}
		s := o.Schedule(cells)
		if len(s.Steps) != cells*rounds {
			t.Fatalf("%d steps", len(s.Steps))
		}
		seen := make(map[[2]int]bool)
		for i, step := range s.Steps {
			if step.Cell < 0 || step.Cell >= cells || step.Round != i/cells || step.Phase < 0 || step.Phase >= 1 {
				t.Fatalf("step %d is %+v", i, step)
			}
			if cells > 1 && i > 0 && s.Steps[i-1].Cell == step.Cell {
				t.Fatalf("cell %d twice in a row", step.Cell)
			}
			seen[[2]int{step.Cell, step.Round}] = true
		}
		if len(seen) != len(s.Steps) {
			t.Fatalf("%d trials are of their own, of %d", len(seen), len(s.Steps))
		}
		if !reflect.DeepEqual(s, o.Schedule(cells)) {
			t.Fatal("the same seed gave another schedule")
		}
	})
}

func TestScheduleOfASeedIsForGood(t *testing.T) {
	var cells []int
	for _, step := range (Options{Trials: 2, Seed: 2011}).Schedule(5).Steps {
		cells = append(cells, step.Cell)
	}
	if want := []int{1, 2, 0, 4, 3, 4, 2, 1, 0, 3}; !reflect.DeepEqual(cells, want) {
		t.Errorf("%v, want %v", cells, want)
	}
}

func TestPhasesCoverTheFrame(t *testing.T) {
	var tenths [10]int
	for _, step := range (Options{Trials: 200, Seed: 3}).Schedule(10).Steps {
		tenths[int(step.Phase*10)]++
	}
	for i, n := range tenths {
		if n < 140 || n > 260 {
			t.Errorf("%d of 2000 presses in tenth %d of the frame", n, i)
		}
	}
}

func TestQuickLabIsUnderThreeMinutes(t *testing.T) {
	s := Options{Trials: 500, Quick: true}.Schedule(len(Cells("pattern", frameTime)))
	if left := s.Left(0, 0); left > 3*time.Minute || len(s.Steps) != 86 {
		t.Errorf("%d trials in %v", len(s.Steps), left)
	}
	if whole := time.Duration(len(s.Steps)) * (s.Record + Around); whole >= s.Within {
		t.Errorf("all cells take %v of %v", whole, s.Within)
	}
	if left := s.Left(10, 100*time.Second); left != 70*time.Second {
		t.Errorf("slow: %v left", left)
	}
	if s.Over(10, 169*time.Second) || !s.Over(10, 170*time.Second) || !s.Over(86, 0) {
		t.Error("over too early or too late")
	}
}

func TestTimeLeftFollowsWhatTrialsTook(t *testing.T) {
	s := Options{Trials: 10}.Schedule(6)
	for _, c := range []struct {
		done    int
		elapsed time.Duration
		want    time.Duration
	}{{0, 0, 150 * time.Second}, {15, 60 * time.Second, 180 * time.Second}, {60, time.Hour, 0}} {
		if got := s.Left(c.done, c.elapsed); got != c.want {
			t.Errorf("after %d in %v: %v, want %v", c.done, c.elapsed, got, c.want)
		}
	}
	if s.Over(59, time.Hour) || !s.Over(60, 0) {
		t.Error("a lab that is not quick ends by its trials alone")
	}
}

func TestOptionsWithoutTrialsAreRefused(t *testing.T) {
	if err := (Options{}).Check(); err == nil || err.Error() != "0 trials; 1 is the least" {
		t.Error(err)
	}
	if err := (Options{Trials: 1}).Check(); err != nil {
		t.Error(err)
	}
}
