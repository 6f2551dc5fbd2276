package bufcore

import (
	"math"
	"reflect"
	"testing"
)

func TestAggregate(t *testing.T) {
	cases := []struct {
		name       string
		a, b, want Limits
	}{
		{"stride-lcm", Limits{StrideAlign: 64}, Limits{StrideAlign: 96}, Limits{StrideAlign: 192}},
		{"offset-lcm", Limits{OffsetAlign: 4}, Limits{OffsetAlign: 6}, Limits{OffsetAlign: 12}},
		{"size-lcm", Limits{SizeAlign: 4096}, Limits{SizeAlign: 3}, Limits{SizeAlign: 12288}},
		{"lcm-overflow", Limits{SizeAlign: math.MaxUint64}, Limits{SizeAlign: 2}, Limits{SizeAlign: math.MaxUint64}},
		{"max-stride-min", Limits{MaxStride: 8192}, Limits{MaxStride: 4096}, Limits{MaxStride: 4096}},
		{"width", Limits{MinWidth: 16, MaxWidth: 4096}, Limits{MinWidth: 64, MaxWidth: 1920}, Limits{MinWidth: 64, MaxWidth: 1920}},
		{"height", Limits{MinHeight: 16, MaxHeight: 4096}, Limits{MinHeight: 64}, Limits{MinHeight: 64, MaxHeight: 4096}},
		{"segment-min", Limits{MaxSegmentSize: 65536}, Limits{MaxSegmentSize: 4096}, Limits{MaxSegmentSize: 4096}},
		{"boundary-min", Limits{SegmentBoundary: 0xffff}, Limits{SegmentBoundary: 0xffffffff}, Limits{SegmentBoundary: 0xffff}},
		{"segments-min", Limits{MaxSegments: 16}, Limits{MaxSegments: 1}, Limits{MaxSegments: 1}},
		{"address-min", Limits{AddressMask: 1<<32 - 1}, Limits{AddressMask: 1<<36 - 1}, Limits{AddressMask: 1<<32 - 1}},
		{"page-max", Limits{PageSize: 4096}, Limits{PageSize: 65536}, Limits{PageSize: 65536}},
		{"access-union", Limits{Access: CPURead}, Limits{Access: DeviceWrite}, Limits{Access: CPURead | DeviceWrite}},
		{"held-sum", Limits{Held: 3}, Limits{Held: 4}, Limits{Held: 7}},
		{"held-overflow", Limits{Held: math.MaxUint32}, Limits{Held: 4}, Limits{Held: math.MaxUint32}},
		{"dedicated-sum", Limits{Dedicated: 3}, Limits{Dedicated: 4}, Limits{Dedicated: 7}},
		{"shared-max", Limits{Shared: 3}, Limits{Shared: 4}, Limits{Shared: 4}},
		{"max-buffers-min", Limits{MaxBuffers: 8}, Limits{MaxBuffers: 6}, Limits{MaxBuffers: 6}},
		{"max-buffers-none", Limits{MaxBuffers: 8}, Limits{}, Limits{MaxBuffers: 8}},
		{"crossing-not-combined", Limits{Crossing: CrossFormat}, Limits{}, Limits{}},
		{"formats-intersection", Limits{Formats: formatsOf(t, "YUYV,NV12,XR24")}, Limits{Formats: formatsOf(t, "XR24,NV12")}, Limits{Formats: formatsOf(t, "NV12,XR24")}},
		{"formats-nothing-in-common", Limits{Formats: formatsOf(t, "YUYV")}, Limits{Formats: formatsOf(t, "XR24")}, Limits{Formats: formatsOf(t, "R8")[:0]}},
		{"formats-any", Limits{Formats: formatsOf(t, "YUYV")}, Limits{}, Limits{Formats: formatsOf(t, "YUYV")}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.want.Held == 0 {
				c.want.Held = 2 // each holds one at least
			}
			for _, got := range []Limits{c.a.Merge(c.b), c.b.Merge(c.a), Aggregate(c.b, c.a)} {
				if !reflect.DeepEqual(got, c.want) {
					t.Errorf("got %+v, want %+v", got, c.want)
				}
			}
		})
	}
}

func TestFactsNameEveryLimit(t *testing.T) {
	l := Limits{Formats: formatsOf(t, "YUYV,NV12,NV16,YU12,XR24,AR24,MJPG,R8")}
	v := reflect.ValueOf(&l).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.CanUint() {
			f.SetUint(1)
		}
	}
	facts := l.Facts()
	if len(facts) != v.NumField()-1 { // all but Crossing, which is not combined
		t.Errorf("%d facts of %d limits: %v", len(facts), v.NumField(), facts)
	}
	if got, want := facts[0].Value, "YUYV, NV12, NV16, YU12, XR24, AR24 or 2 more"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
