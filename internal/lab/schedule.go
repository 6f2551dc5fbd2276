package lab

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Lengths of a trial. All 86 cells of a source take under three minutes in a
// quick lab if nothing takes longer than Around.
const (
	// Record is the most that record stays pressed.
	Record = 1200 * time.Millisecond
	// QuickRecord is that of a quick lab.
	QuickRecord = 600 * time.Millisecond
	// QuickWithin is when a quick lab begins no more trials.
	QuickWithin = 170 * time.Second
	// Around is what a trial is taken to last beside the recording, until it
	// is known.
	Around = 1300 * time.Millisecond
)

// Options say how many trials there are.
type Options struct {
	Trials int // of each cell; at least 1
	// Quick is one trial of each cell, with a shorter recording and within
	// QuickWithin, whatever Trials says.
	Quick bool
	Seed  uint64 // of the order and of the phases
}

// Check returns what is wrong with the options.
func (o Options) Check() error {
	if o.Trials < 1 {
		return fmt.Errorf("%d trials; 1 is the least", o.Trials)
	}
	return nil
}

// Step is one trial to be made.
type Step struct {
	Cell  int     // index
	Round int     // of all cells, from 0
	Phase float64 // when to press, in frame times after a frame; below 1
}

// Schedule is the order of all trials: round by round, each cell once in a
// round, in an order of its own. The same options give the same schedule.
type Schedule struct {
	Seed   uint64
	Record time.Duration // the most that record stays pressed
	Within time.Duration // when no more trials begin; 0: all do
	Rounds int
	Steps  []Step
}

// Schedule orders the trials of so many cells.
func (o Options) Schedule(cells int) Schedule {
	s := Schedule{Seed: o.Seed, Record: length(o.Quick), Rounds: o.Trials}
	if o.Quick {
		s.Within, s.Rounds = QuickWithin, 1
	}
	chance := rand.New(rand.NewPCG(o.Seed, 0))
	for round := range s.Rounds {
		for _, cell := range s.order(chance, cells) {
			s.Steps = append(s.Steps, Step{cell, round, chance.Float64()})
		}
	}
	return s
}

// length is the most that record stays pressed.
func length(quick bool) time.Duration {
	if quick {
		return QuickRecord
	}
	return Record
}

// order keeps the last cell of a round from being the first of the next.
func (s *Schedule) order(chance *rand.Rand, cells int) []int {
	order := chance.Perm(cells)
	if n := len(s.Steps); n > 0 && cells > 1 && order[0] == s.Steps[n-1].Cell {
		other := 1 + chance.IntN(cells-1)
		order[0], order[other] = order[other], order[0]
	}
	return order
}

// Left estimates how long the rest takes when done trials took elapsed. Each
// round has all cells, so the mean of what was is a fair guess of what comes.
func (s *Schedule) Left(done int, elapsed time.Duration) time.Duration {
	each := s.Record + Around
	if done > 0 {
		each = elapsed / time.Duration(done)
	}
	left := each * time.Duration(len(s.Steps)-done)
	if s.Within > 0 {
		left = min(left, max(s.Within-elapsed, 0))
	}
	return left
}

// Over says that no more trials begin.
func (s *Schedule) Over(done int, elapsed time.Duration) bool {
	return done >= len(s.Steps) || s.Within > 0 && elapsed >= s.Within
}
