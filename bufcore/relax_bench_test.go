package bufcore

import (
	"fmt"
	"testing"

	"twostep/fourcc"
)

// crowds are 64 devices of 64 formats each that conflict, each in a way that
// makes for much to look at.
var crowds = map[string]func(device int, l *Limits){
	"each-lacks-another": func(device int, l *Limits) { l.Formats[device].Modifier = fourcc.Modifier(1000 + device) },
	"each-lacks-two": func(device int, l *Limits) {
		l.Formats[device].Modifier = fourcc.Modifier(1000 + device)
		l.Formats[(device+1)%64].Modifier = fourcc.Modifier(2000 + device)
	},
	"two-camps": func(device int, l *Limits) {
		for i := range l.Formats {
			l.Formats[i].Modifier += fourcc.Modifier(device % 2 * 1000)
		}
	},
	"all-alone": func(device int, l *Limits) {
		for i := range l.Formats {
			l.Formats[i].Modifier += fourcc.Modifier(device * 1000)
		}
	},
	"all-hold-too-many":  func(device int, l *Limits) { l.Held = 2 },
	"all-want-one-piece": func(device int, l *Limits) { l.MaxSegments = 1 },
	"strides-that-clash": func(device int, l *Limits) { l.StrideAlign, l.MaxStride = uint64(720720+device), 1<<20 },
	"formats-and-strides": func(device int, l *Limits) {
		l.Formats[device].Modifier = fourcc.Modifier(1000 + device)
		l.MaxStride = uint64(100 + device)
	},
}

func crowd(change func(int, *Limits)) []Device {
	var out []Device
	for d := range 64 {
		var l Limits
		for f := range 64 {
			l.Formats = append(l.Formats, fourcc.Format{Code: fourcc.NV12, Modifier: fourcc.Modifier(f)})
		}
		change(d, &l)
		out = append(out, Device{fmt.Sprintf("device %d", d), l})
	}
	return out
}

// crowdSpec has a heap that lays out whatever is asked.
func crowdSpec() Spec {
	s := Spec{Width: 1280, Height: 720}
	for m := range 2064 {
		s.Storage.Modifiers = append(s.Storage.Modifiers, fourcc.Modifier(m))
	}
	return s
}

func BenchmarkRefusal(b *testing.B) {
	spec := crowdSpec()
	for name, change := range crowds {
		devices := crowd(change)
		b.Run(name, func(b *testing.B) {
			var proof *Proof
			for b.Loop() {
				_, proof = Solve(devices, spec)
			}
			b.ReportMetric(float64(len(proof.Core)), "facts")
			b.ReportMetric(float64(len(proof.Relaxations)), "relaxations")
		})
	}
}
