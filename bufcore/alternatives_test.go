package bufcore

import (
	"errors"
	"math/rand"
	"strings"
	"testing"

	"twostep/fourcc"
)

// eight makes eight devices of four alternatives each.
func eight(alternative func(device, which int) Limits) []Device {
	var out []Device
	for i := range 8 {
		d := Device{Name: string(rune('a' + i)), Limits: alternative(i, 0)}
		for which := 1; which < 4; which++ {
			d.Or = append(d.Or, alternative(i, which))
		}
		out = append(out, d)
	}
	return out
}

var primes = []uint64{3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59,
	61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137}

// hard are problems of 65,536 combinations, none of which solves, each with a
// reason to look at many of them.
var hard = map[string]func(device, which int) Limits{
	"formats": func(i, which int) Limits {
		l := Limits{MaxSegments: uint32(300 - i - which)}
		for f := range 64 {
			if f%32 != i*4+which {
				l.Formats = append(l.Formats, fourcc.Format{Code: fourcc.NV12, Modifier: fourcc.Modifier(f)})
			}
		}
		return l
	},
	"counts": func(i, which int) Limits {
		return Limits{Held: uint32(9 + which), Dedicated: uint32(which)}
	},
	"alignments": func(i, which int) Limits { return Limits{StrideAlign: primes[i*4+which]} },
	"segments": func(i, which int) Limits {
		return Limits{MaxSegments: uint32(200 + i*4 + which), MaxSegmentSize: 1<<20 - uint64(which*8+i)<<10,
			MaxStride: uint64(5000 + (which*5+i*3)%32), Held: 9 - uint32(which)}
	},
	"knapsack": func(i, which int) Limits { // the less it aligns the more it holds
		l := Limits{StrideAlign: 1, Held: uint32(10 - which)}
		for range which {
			l.StrideAlign *= []uint64{2, 3, 5, 7, 11, 13, 17, 19}[i]
		}
		return l
	},
	"scattered": func(i, which int) Limits {
		mix := rand.New(rand.NewSource(int64(i*4 + which)))
		return Limits{
			StrideAlign: uint64(1 + mix.Intn(12)), OffsetAlign: uint64(1 + mix.Intn(12)), SizeAlign: uint64(1 + mix.Intn(12)),
			MaxStride: uint64(4000 + mix.Intn(1000)), MaxSegments: uint32(300 + mix.Intn(100)),
			MaxSegmentSize: uint64(4096 + mix.Intn(100)),
			Held:           uint32(7 + mix.Intn(3)), Dedicated: uint32(mix.Intn(3)), Shared: uint32(9 + mix.Intn(5)),
		}
	},
}

func TestTheBestAlternativesAreChosen(t *testing.T) {
	of := func(name string, lists ...string) Device {
		d := Device{Name: name, Limits: Limits{Formats: formatsOf(t, lists[0])}}
		for _, list := range lists[1:] {
			d.Or = append(d.Or, Limits{Formats: formatsOf(t, list)})
		}
		return d
	}
	cases := []struct {
		name    string
		devices []Device
		want    string
	}{
		{"the-first-where-it-will-do", []Device{of("a", "NV12", "YUYV"), of("b", "YUYV,NV12")}, "a NV12; b YUYV NV12"},
		{"least-sum", []Device{of("a", "NV12", "YUYV", "XR24"), of("b", "XR24", "R8", "YUYV"), of("c", "XR24", "YUYV")},
			"a XR24; b XR24; c XR24"},
		{"the-first-by-name-keeps-its-first", []Device{of("b", "YUYV", "NV12"), of("a", "NV12", "YUYV")}, "b NV12; a NV12"},
		{"no-formats-at-all", []Device{{Name: "a", Limits: Limits{MinWidth: 1000}, Or: []Limits{{}}}, of("b", "NV12")}, "a; b NV12"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			sol, err := Solve(c.devices, Spec{Width: 640, Height: 480})
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			for _, d := range sol.Devices {
				words := []string{d.Name}
				for _, f := range d.Limits.Formats {
					words = append(words, f.String())
				}
				told = append(told, strings.Join(words, " "))
				if d.Or != nil {
					t.Errorf("%s still has a choice", d.Name)
				}
			}
			if got := strings.Join(told, "; "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestProofsOfAlternatives(t *testing.T) {
	gpu := Device{Name: "gpu", Limits: Limits{PageSize: 65536, MaxWidth: 4096}, Or: []Limits{{MaxSegments: 1, MaxWidth: 4096}}}
	wide := Device{Name: "gpu", Limits: Limits{MaxWidth: 640, StrideAlign: 64}, Or: []Limits{{MaxWidth: 640}, {MaxWidth: 640, PageSize: 8192}}}
	overlay := Device{Name: "overlay", Limits: Limits{PageSize: 65536}, Or: []Limits{{AddressMask: 0xffff}}}
	cases := []struct {
		name   string
		device Device
		want   string
	}{
		{"each-in-its-own-way", gpu,
			`the set is 1280 x 720 pixels; memfd promises pieces of 4096 bytes, no longer ones; memfd has pages of 4096 bytes; ` +
				`"gpu", as its alternative 1, needs pages of at least 65536 bytes; "gpu", as its alternative 2, needs each buffer in one piece`},
		{"what-they-have-in-common-is-said-once", wide,
			`"gpu" takes widths up to 640 pixels; the set is 1280 x 720 pixels`},
		{"of-a-function", Device{Name: "display", Functions: []Device{overlay}},
			`memfd has pages of 4096 bytes; memfd may lie at any address; "display/overlay", as its alternative 1, needs pages of at least 65536 bytes; ` +
				`"display/overlay", as its alternative 2, reaches addresses up to 0xffff`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			proof := conflictOf(t, []Device{c.device}, Spec{Width: 1280, Height: 720})
			if got := coreText(proof); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	proof := conflictOf(t, []Device{gpu}, Spec{Width: 1280, Height: 720})
	if got := proof.Core[3].Device; got != "gpu (alternative 1)" {
		t.Errorf("told as of %q", got)
	}
}

func TestTooManyAlternativesAreRefused(t *testing.T) {
	spec := Spec{Width: 64, Height: 64}
	devices := eight(func(i, which int) Limits { return Limits{StrideAlign: uint64(1 + i*4 + which)} })
	if _, err := Solve(devices, spec); err != nil {
		t.Errorf("65536 combinations: %v", err)
	}
	devices = append(devices, Device{Name: "i", Or: []Limits{{}}})
	_, err := Solve(devices, spec)
	want := "not supported: too many alternatives: 131072 combinations, 65536 is the most"
	if !errors.Is(err, ErrUnsupported) || err.Error() != want {
		t.Error(err)
	}
	for range 3 {
		devices = append(devices, Device{Name: "many", Or: make([]Limits, 65535)})
	}
	if _, err := Solve(devices, spec); !errors.Is(err, ErrUnsupported) {
		t.Errorf("more than can be counted: %v", err)
	}
}

// TestHardProblemsAreSettled would not end soon if each of 65,536 combinations
// were solved by itself, once for the answer and a hundred times for a proof.
func TestHardProblemsAreSettled(t *testing.T) {
	for name, alternative := range hard {
		proof := conflictOf(t, eight(alternative), Spec{Width: 1280, Height: 720})
		if len(proof.Core) < 2 {
			t.Errorf("%s: %v", name, proof)
		}
	}
}

func BenchmarkAlternatives(b *testing.B) {
	for name, alternative := range hard {
		devices := eight(alternative)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Solve(devices, Spec{Width: 1280, Height: 720}); !errors.Is(err, ErrConflict) {
					b.Fatal(err)
				}
			}
		})
	}
}
