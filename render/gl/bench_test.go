package gl

import (
	"testing"

	"twostep/render"
	"twostep/render/internal/scenes"
)

func BenchmarkDraw(b *testing.B) {
	scenes.Bench(b, func(s *render.Scene) render.Renderer {
		r, err := OpenHeadless(s.Size)
		if err != nil {
			b.Skip(err)
		}
		return r
	})
}
