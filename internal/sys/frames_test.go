package sys

import (
	"encoding/binary"
	"errors"
	"os"
	"testing"
)

func TestPageFramesAreShownOrSaidToBeHidden(t *testing.T) {
	page := uint64(os.Getpagesize())
	fd := memfd(t, int64(3*page-1))
	frames, err := PageFrames(fd, int(3*page-1))
	if errors.Is(err, ErrFramesHidden) {
		t.Skipf("NOT TESTED: %v", err)
	}
	if err != nil || len(frames) != 3 {
		t.Fatalf("%v, %v, want 3 pages", frames, err)
	}
	for i, address := range frames {
		if address == 0 || address%page != 0 || address == frames[(i+1)%3] {
			t.Errorf("page %d of %#x", i, frames)
		}
	}
	again, err := PageFrames(fd, int(page))
	if err != nil || len(again) != 1 || again[0] != frames[0] {
		t.Errorf("%#x, %v, then %#x", frames, err, again)
	}
}

func TestFramesAreReadFromEntries(t *testing.T) {
	const present = 1 << 63
	cases := []struct {
		name    string
		entries []uint64
		want    []uint64 // nil: hidden
	}{
		{"present", []uint64{present | 5, present | 6}, []uint64{5 * 4096, 6 * 4096}},
		{"soft dirty and exclusive", []uint64{present | 3<<55 | 5}, []uint64{5 * 4096}},
		{"without the right", []uint64{present}, nil},
		{"absent", []uint64{present | 5, 0}, nil},
		{"swapped", []uint64{1<<62 | 5}, nil},
	}
	for _, c := range cases {
		var text []byte
		for _, entry := range c.entries {
			text = binary.NativeEndian.AppendUint64(text, entry)
		}
		got, err := frames(text, 4096)
		if c.want == nil {
			if !errors.Is(err, ErrFramesHidden) {
				t.Errorf("%s: %v, %v, want ErrFramesHidden", c.name, got, err)
			}
			continue
		}
		if err != nil || len(got) != len(c.want) || got[0] != c.want[0] {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
		}
	}
}

func TestFramesOfWhatCannotBeMapped(t *testing.T) {
	if _, err := PageFrames(NewFD(-1), 4096); !errors.Is(err, ErrFDClosed) {
		t.Errorf("%v, want ErrFDClosed", err)
	}
	if frames, err := PageFrames(devNull(t), 4096); err == nil {
		t.Errorf("/dev/null has frames %v", frames)
	}
}
