package scenes

import (
	"runtime"
	"testing"

	"twostep/render"
)

// Bench draws the whole desktop in a loop, with a new picture every time, as a
// camera would have it, and once with the same picture again.
func Bench(b *testing.B, open func(s *render.Scene) render.Renderer) {
	for _, name := range []string{"HUDRecording", "HUDPreview", "HUDSmallRecording", "HUDHidden", "Letterbox"} {
		b.Run(name, func(b *testing.B) { bench(b, Find(name).Scene, open, 1) })
	}
	b.Run("HUDRecording-same", func(b *testing.B) { bench(b, Find("HUDRecording").Scene, open, 0) })
}

func bench(b *testing.B, s *render.Scene, open func(s *render.Scene) render.Renderer, fresh uint64) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r := open(s)
	defer r.Close()
	b.ReportAllocs()
	for b.Loop() {
		for i := range s.Windows {
			s.Windows[i].Picture.Key += fresh
		}
		if err := r.Draw(s, nil); err != nil {
			b.Fatal(err)
		}
	}
}
