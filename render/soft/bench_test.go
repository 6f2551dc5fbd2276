package soft

import (
	"testing"

	"twostep/render"
	"twostep/render/internal/scenes"
)

func BenchmarkDraw(b *testing.B) {
	scenes.Bench(b, func(s *render.Scene) render.Renderer { return New(s.Size) })
}
