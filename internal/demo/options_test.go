package demo

import (
	"strings"
	"testing"
	"time"

	"twostep/internal/exit"
)

func usual(dir string) Options {
	return Options{Source: "auto", Size: "1280x720", FPS: 30, Codec: "h264", Way: "swap", Output: dir,
		Headless: true, Preview: time.Second, Record: time.Second, After: time.Second, Runs: 1}
}

func TestOptionsThatCannotBe(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Options)
		want   string
	}{
		{"size without height", func(o *Options) { o.Size = "1280" }, `size "1280"`},
		{"size with more", func(o *Options) { o.Size = "1280x720x3" }, `size "1280x720x3"`},
		{"size of nothing", func(o *Options) { o.Size = "0x720" }, `size "0x720"`},
		{"rate", func(o *Options) { o.FPS = 0 }, "fps 0"},
		{"codec", func(o *Options) { o.Codec = "av1" }, `unknown codec "av1": h264 or mpeg4`},
		{"way", func(o *Options) { o.Way = "hope" }, `unknown way "hope"`},
		{"screen", func(o *Options) { o.Screen = "big" }, `screen "big" is not WIDTHxHEIGHT`},
		{"backend", func(o *Options) { o.Backend = "vulkan" }, `unknown backend "vulkan": egl or soft`},
		{"duration", func(o *Options) { o.Record = 0 }, "record 0s"},
		{"runs", func(o *Options) { o.Runs = 0 }, "runs 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := usual("out")
			if err := o.Check(nil); err != nil {
				t.Fatal(err)
			}
			tt.change(&o)
			err := o.Check(nil)
			if exit.Code(err) != exit.Usage || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	if err := usual("out").Check([]string{"now"}); exit.Code(err) != exit.Usage {
		t.Errorf("an argument too many: %v", err)
	}
}

func TestWayAndBuffersFollowFromTheFourcc(t *testing.T) {
	tests := []struct {
		options Options
		way     string
		buffers int
	}{
		{Options{}, "swap", 0},
		{Options{Fourcc: "YUYV"}, "swap", 0},
		{Options{Fourcc: "NV12"}, "fit", roomForEncoder},
		{Options{Fourcc: "NV12", Buffers: 5}, "fit", 5},
		{Options{Fourcc: "NV12", Way: "swap"}, "swap", 0},
		{Options{Way: "fit"}, "fit", roomForEncoder},
	}
	for _, tt := range tests {
		if way, n := tt.options.way(), tt.options.buffers(); way != tt.way || n != tt.buffers {
			t.Errorf("%+v: way %s and %d buffers, want %s and %d", tt.options, way, n, tt.way, tt.buffers)
		}
	}
}
