package encoder

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"twostep/bufcore"
	"twostep/fourcc"
)

func codes(formats []fourcc.Format) string {
	var s []string
	for _, f := range formats {
		s = append(s, f.String())
	}
	return strings.Join(s, " ")
}

func TestEveryNeedHasItsOwnLimits(t *testing.T) {
	const h264, mpeg4 = "NV12 YU12 NV16 YUYV UYVY XR24 AR24", "YU12 NV12 NV16 YUYV UYVY XR24 AR24"
	for _, c := range []struct {
		codec    string
		need     Need
		formats  string
		held     uint32
		stride   uint64
		segments uint32
	}{
		{"h264", Format, "NV12", 8, 16, 0},
		{"mpeg4", Format, "YU12 NV12", 8, 16, 0},
		{"h264", Fits, h264, 8, 16, 0},
		{"mpeg4", Fits, mpeg4, 8, 16, 0},
		{"h264", Buffers, h264, 24, 16, 0},
		{"h264", Stride, h264, 8, 4096, 0},
		{"mpeg4", Contiguous, mpeg4, 8, 16, 1},
	} {
		l, err := Limits(c.codec, c.need)
		if err != nil {
			t.Fatal(err)
		}
		if codes(l.Formats) != c.formats || l.Held != c.held || l.StrideAlign != c.stride || l.MaxSegments != c.segments {
			t.Errorf("%s %v: %s, %+v", c.codec, c.need, codes(l.Formats), l)
		}
	}
}

// What a reservation is made from goes from one process to another as JSON.
func TestLimitsSurviveJSON(t *testing.T) {
	for _, codec := range Codecs() {
		for n := range Need(len(needNames)) {
			l, err := Limits(codec, n)
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(l)
			if err != nil {
				t.Fatal(err)
			}
			var back bufcore.Limits
			if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, l) {
				t.Errorf("%s %v: %v, %+v", codec, n, err, back)
			}
		}
	}
}

func TestNeedsAreNamed(t *testing.T) {
	for n := range Need(len(needNames)) {
		if got, err := ParseNeed(n.String()); err != nil || got != n {
			t.Errorf("%v: %v, %v", n, got, err)
		}
	}
	if _, err := ParseNeed("speed"); err == nil || !strings.Contains(err.Error(), "format fits buffers stride contiguous") {
		t.Error(err)
	}
	if got := Need(9).String(); got != "need 9" {
		t.Error(got)
	}
}

func TestSpansAreTheNumbersThatWereAdded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Spans
		var want []uint64
		at := uint64(0)
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			first := at + rapid.Uint64Range(0, 3).Draw(t, "skip")
			n := rapid.Uint64Range(0, 3).Draw(t, "length")
			if n == 0 {
				s.Add(first+1, first)
				continue
			}
			s.Add(first, first+n-1)
			for i := range n {
				want = append(want, first+i)
			}
			at = first + n
		}
		var got []uint64
		for i, r := range s {
			if i > 0 && r[0] <= s[i-1][1]+1 {
				t.Fatalf("%v: runs that touch", s)
			}
			for n := r[0]; n <= r[1]; n++ {
				got = append(got, n)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || s.Count() != uint64(len(want)) {
			t.Fatalf("%v holds %v, want %v", s, got, want)
		}
	})
}
