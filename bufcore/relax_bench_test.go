package bufcore

import (
	"fmt"
	"testing"

	"twostep/fourcc"
)

// throngs are 64 devices of 64 formats each that conflict, each in a way that
// makes for much to look at.
var throngs = map[string]func(device int, l *Limits){
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

func throng(change func(int, *Limits)) []Device {
	var out []Device
	for d := range 64 {
		var l Limits
		for f := range 64 {
			l.Formats = append(l.Formats, fourcc.Format{Code: fourcc.NV12, Modifier: fourcc.Modifier(f)})
		}
		change(d, &l)
		out = append(out, Device{Name: fmt.Sprintf("device %d", d), Limits: l})
	}
	return out
}

// throngSpec has a heap that lays out whatever is asked.
func throngSpec() Spec {
	var p Promise
	for m := range 2064 {
		p.Modifiers = append(p.Modifiers, fourcc.Modifier(m))
	}
	return Spec{Width: 1280, Height: 720, Heaps: []Promise{p}}
}

func BenchmarkRefusal(b *testing.B) {
	spec := throngSpec()
	for name, change := range throngs {
		devices := throng(change)
		b.Run(name, func(b *testing.B) {
			var proof *Proof
			for b.Loop() {
				proof = refuted(devices, spec)
			}
			b.ReportMetric(float64(len(proof.Core)), "facts")
			b.ReportMetric(float64(len(proof.Relaxations)), "relaxations")
		})
	}
}

// BenchmarkRefusalOfAlternatives is of as many combinations as are looked at.
func BenchmarkRefusalOfAlternatives(b *testing.B) {
	var devices []Device
	for d := range 8 {
		one := Device{Name: fmt.Sprintf("device %d", d), Limits: Limits{StrideAlign: 64 + uint64(d), MaxSegments: 1}}
		for a := range 3 {
			one.Or = append(one.Or, Limits{StrideAlign: 1 << (a + d%3), MaxSegments: uint32(2 + a)})
		}
		devices = append(devices, one)
	}
	var proof *Proof
	for b.Loop() {
		proof = refuted(devices, Spec{Width: 1280, Height: 720})
	}
	b.ReportMetric(float64(len(proof.Core)), "facts")
	b.ReportMetric(float64(len(proof.Relaxations)), "relaxations")
}
