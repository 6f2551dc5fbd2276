package bufcore

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestStories tells what the model and the exploration have found, once each.
func TestStories(t *testing.T) {
	paths, err := filepath.Glob("testdata/stories/*")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			story, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			tell(t, string(story))
		})
	}
}

// movingStory is a migration whose first buffer has come free.
const movingStory = `
	set preroll=0 count=4
	attach cam write YUYV cross=2 moves
	attach win read YUYV held=1 moves
	map cam
	allocated 1
	ready cam 1
	sealed 1
	ready win 1
	attach enc read migrate YUYV stride=256 moves
	proceed enc
	queue cam 1 1
	release win 1
	allocated 2
	ready cam 2
	sealed 2
`

func heard(story string) *player {
	pl := newPlay()
	pl.noting()
	for line := range strings.Lines(story) {
		if f := strings.Fields(line); len(f) > 0 {
			pl.hear(f)
		}
	}
	return pl
}

func TestEveryMoveIsGivenItsTime(t *testing.T) {
	pl := heard(movingStory + `
		tick 9000000000
		ready win 2
		queue cam 2 2
		release win 2
		allocated 3
		ready cam 3
		sealed 3
		tick 9000000000
	`)
	if n := len(pl.members()); n != 2 {
		t.Errorf("%d of 2 are left, with an answer outstanding for 9 s of %v", n, MoveWithin)
	}
	pl.conclude()
	for _, fault := range pl.faults {
		t.Error(fault)
	}
}

func TestWaitingForABufferIsNotWaitingForAnAnswer(t *testing.T) {
	pl := heard(movingStory + `
		ready win 2
		tick 9000000000
		queue cam 2 2
		release win 2
		allocated 3
		ready cam 3
		sealed 3
		tick 9000000000
	`)
	if n := len(pl.members()); n != 2 {
		t.Errorf("%d of 2 are left, with an answer outstanding for 9 s of %v", n, MoveWithin)
	}
}

// keptStory has a reader keep a buffer whose repair finds no memory.
const keptStory = `
	set count=4
	attach cam write YUYV cross=2 moves
	attach win read YUYV moves
	map cam
	allocated 1
	ready cam 1
	sealed 1
	queue cam 1 1
	queue cam 2 2
	tick 2000000000
	no-memory 2
`

func TestFailedRepairIsTriedAgain(t *testing.T) {
	pl := heard(keptStory + "attach enc read fit YUYV moves\nproceed enc")
	if got := pl.log(); strings.Count(got, "allocate ") != 3 {
		t.Errorf("no second repair: %s", got)
	}
}

func TestPlanOfAMigrationLeavesOutWhatIsKept(t *testing.T) {
	pl := heard(keptStory)
	late := Ask{Device: Device{Name: "enc", Limits: Limits{StrideAlign: 256}}, Direction: Read, Moves: true}
	for _, p := range pl.set.Plan(late) {
		if p.Way == Migrate && p.Buffers != 3 {
			t.Errorf("%d buffers would move, 3 of 4 are there", p.Buffers)
		}
	}
}

func TestReservationIsDroppedOnce(t *testing.T) {
	pl := heard(`
		set count=4
		reserve old read YUYV held=2
		attach cam write YUYV cross=2 moves
		attach win read YUYV moves
		map cam
		allocated 1
		ready cam 1
		sealed 1
		ready win 1
		unreserve 0
	`)
	s := pl.set
	r := pl.places[0].r
	s.drop(dropped{r, nil})
	if strings.Contains(pl.log(), "dropped") {
		t.Error("what was given up is dropped")
	}
}

func TestRestartNeedsOnlyWhatItDoesNotGiveBack(t *testing.T) {
	pl := heard(`
		set count=4 quota=20480
		attach cam write YUYV
		attach win read YUYV
		map cam
		allocated 1
		ready cam 1
		sealed 1
		attach enc read restart YUYV held=2
		proceed enc
	`)
	if got := pl.log(); !strings.HasSuffix(got, "allocate 2 YUYV x4 at 0, serials from 5") {
		t.Errorf("restart within the quota: %s", got)
	}
}

func TestKeptBufferDoesNotHoldUpAMigration(t *testing.T) {
	pl := heard(`
		set count=4
		attach cam write YUYV cross=2 moves
		attach win read YUYV moves
		map cam
		allocated 1
		ready cam 1
		sealed 1
		ready win 1
		attach enc read migrate YUYV stride=256 moves
		proceed enc
		queue cam 1 1
		queue cam 2 2
		tick 1500000000
	`)
	if m, ok := pl.set.passage.(*migrating); !ok || len(m.todo) > 3 {
		t.Errorf("%T still waits for the buffer that was kept for %v", pl.set.passage, time.Second)
	}
	pl.conclude()
	for _, fault := range pl.faults {
		t.Error(fault)
	}
}

func TestRestartCountsTheCopiesThatStay(t *testing.T) {
	pl := heard(`
		set count=4 copies
		attach cam write YUYV
		attach win read YUYV
		map cam
		allocated 1
		ready cam 1
		sealed 1
		attach enc read bounce NV12
		proceed enc
		allocated 2
		sealed 2
	`)
	side := pl.set.bytes() - 4*4096
	for _, p := range pl.set.Plan(Ask{Device: Device{Name: "late", Limits: Limits{Held: 4}}, Direction: Read}) {
		if p.Way == Restart && (side <= 0 || p.Peak < p.Bytes+side) {
			t.Errorf("%d bytes at the peak, %d are new and %d stay", p.Peak, p.Bytes, side)
		}
	}
}
