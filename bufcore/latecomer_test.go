package bufcore

import (
	"errors"
	"math"
	"testing"
)

// What would let a latecomer have storage that exists, YUYV of 1280 x 720 in
// six buffers of which two are free, are its own limits alone.
func TestLatecomersAreToldWhatToChange(t *testing.T) {
	yuyv := Limits{Formats: formatsOf(t, "YUYV")}
	cases := []struct {
		name   string
		device Device
		want   string
	}{
		{"format", Device{Limits: Limits{Formats: formatsOf(t, "NV12")}}, `if "enc" also read YUYV`},
		{"stride", Device{Limits: Limits{StrideAlign: 1024}}, `if "enc" needed strides in steps of 512 bytes`},
		{"max-stride", Device{Limits: Limits{MaxStride: 2048}}, `if "enc" took strides of 2560 bytes`},
		{"size", Device{Limits: Limits{SizeAlign: 4096000}}, `if "enc" needed buffer sizes in steps of 204800 bytes`},
		{"height", Device{Limits: Limits{MinHeight: 1080}}, `if "enc" took heights from 720 pixels`},
		{"pieces", Device{Limits: Limits{MaxSegments: 1}}, `if "enc" took 450 segments`},
		{"count", Device{Limits: Limits{Held: 5}}, `if "enc" held 2 buffers`},
		{"most", Device{Limits: Limits{MaxBuffers: 4}}, `if "enc" took 6 buffers`},
		{"two", Device{Limits: Limits{Formats: formatsOf(t, "NV12"), Held: 5}},
			`if "enc" also read YUYV and "enc" held 2 buffers`},
		{"three", Device{Limits: Limits{Formats: formatsOf(t, "NV12"), Held: 5, MaxSegments: 1}}, ``},
		{"function", Device{Limits: yuyv, Functions: []Device{{Name: "scaler", Limits: Limits{MaxWidth: 640}}}},
			`if "enc/scaler" took widths up to 1280 pixels`},
		{"alternatives", Device{Limits: Limits{Formats: formatsOf(t, "NV12")}, Or: []Limits{{StrideAlign: 1024}}},
			`if "enc", as its alternative 1, also read YUYV, ` +
				`or if "enc", as its alternative 2, needed strides in steps of 512 bytes`},
	}
	s, h := previewOf(t, Spec{Count: 6}, "YUYV", CrossFormat)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.device.Name = "enc"
			var e *OpError
			if err := lateAnswer(t, s, h, c.device, Fit); !errors.As(err, &e) || e.Proof == nil {
				t.Fatal(err)
			}
			if got := told(e.Proof.Relaxations, math.MaxInt16, ", or ", tellRelaxation); got != c.want {
				t.Errorf("%s\ngot  %s\nwant %s", coreText(e.Proof), got, c.want)
			}
		})
	}
}

func TestAlternativeThatFitsIsEnough(t *testing.T) {
	s, h := previewOf(t, Spec{Count: 6}, "YUYV", CrossFormat)
	d := Device{Name: "enc", Limits: Limits{Formats: formatsOf(t, "NV12")}, Or: []Limits{{Formats: formatsOf(t, "YUYV")}}}
	if err := lateAnswer(t, s, h, d, Fit); err != nil {
		t.Error(err)
	}
}
