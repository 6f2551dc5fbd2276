package gl

import (
	"fmt"
	"image"
	"unsafe"

	"github.com/go-gl/gl/v3.3-core/gl"

	"twostep/render"
)

// quads draws rectangles and glyphs, each step of the list in one call.
type quads struct {
	program program
	array   uint32
	buffer  uint32
	atlas   uint32
}

func newQuads() (*quads, error) {
	p, err := link("quad", fmt.Sprintf("SOLID %d", render.Solid))
	if err != nil {
		return nil, err
	}
	q := &quads{program: p, atlas: texture()}
	a := render.Atlas()
	gl.PixelStorei(gl.UNPACK_ALIGNMENT, 1)
	gl.TexImage2D(gl.TEXTURE_2D, 0, gl.R8, int32(a.Rect.Dx()), int32(a.Rect.Dy()), 0, gl.RED, gl.UNSIGNED_BYTE, gl.Ptr(a.Pix))
	gl.GenVertexArrays(1, &q.array)
	gl.GenBuffers(1, &q.buffer)
	gl.BindVertexArray(q.array)
	for i := range uint32(3) {
		gl.EnableVertexAttribArray(i)
		gl.VertexAttribDivisor(i, 1)
	}
	return q, glError("set up quads")
}

// fill uploads the quads of a scene.
func (q *quads) fill(all []render.Quad) {
	gl.BindBuffer(gl.ARRAY_BUFFER, q.buffer)
	if len(all) > 0 {
		gl.BufferData(gl.ARRAY_BUFFER, len(all)*int(unsafe.Sizeof(all[0])), unsafe.Pointer(&all[0]), gl.STREAM_DRAW)
	}
}

// draw draws the quads from first to before last of those filled in.
func (q *quads) draw(first, last int, size image.Point, down float32) {
	q.program.use(size, down)
	gl.ActiveTexture(gl.TEXTURE0)
	gl.BindTexture(gl.TEXTURE_2D, q.atlas)
	gl.BindVertexArray(q.array)
	gl.BindBuffer(gl.ARRAY_BUFFER, q.buffer)
	var one render.Quad
	const stride = int32(unsafe.Sizeof(one))
	at := uintptr(first) * uintptr(stride)
	gl.VertexAttribIPointerWithOffset(0, 4, gl.SHORT, stride, at+unsafe.Offsetof(one.X0))
	gl.VertexAttribIPointerWithOffset(1, 2, gl.UNSIGNED_SHORT, stride, at+unsafe.Offsetof(one.U))
	gl.VertexAttribPointerWithOffset(2, 4, gl.UNSIGNED_BYTE, true, stride, at+unsafe.Offsetof(one.Color))
	gl.Enable(gl.BLEND)
	gl.BlendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
	gl.DrawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, int32(last-first))
	gl.Disable(gl.BLEND)
}

func (q *quads) delete() {
	gl.DeleteTextures(1, &q.atlas)
	gl.DeleteBuffers(1, &q.buffer)
	gl.DeleteVertexArrays(1, &q.array)
	gl.DeleteProgram(q.program.name)
}
