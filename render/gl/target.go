package gl

import (
	"fmt"
	"image"

	"github.com/go-gl/gl/v3.3-core/gl"
)

// target is a framebuffer of our own, its first row the top one.
type target struct {
	size        image.Point
	framebuffer uint32
	color       uint32
}

// newTarget makes a target and binds it.
func newTarget(size image.Point) (*target, error) {
	t := &target{size: size}
	gl.GenRenderbuffers(1, &t.color)
	gl.BindRenderbuffer(gl.RENDERBUFFER, t.color)
	gl.RenderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, int32(size.X), int32(size.Y))
	gl.GenFramebuffers(1, &t.framebuffer)
	t.bind()
	gl.FramebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, t.color)
	if status := gl.CheckFramebufferStatus(gl.FRAMEBUFFER); status != gl.FRAMEBUFFER_COMPLETE {
		t.delete()
		return nil, fmt.Errorf("framebuffer of %v: GL status %#x", size, status)
	}
	return t, nil
}

func (t *target) bind() {
	gl.BindFramebuffer(gl.FRAMEBUFFER, t.framebuffer)
}

func (t *target) read() (*image.RGBA, error) {
	t.bind()
	m := image.NewRGBA(image.Rectangle{Max: t.size})
	gl.PixelStorei(gl.PACK_ALIGNMENT, 1)
	gl.ReadPixels(0, 0, int32(t.size.X), int32(t.size.Y), gl.RGBA, gl.UNSIGNED_BYTE, gl.Ptr(m.Pix))
	return m, glError("read pixels")
}

func (t *target) delete() {
	gl.DeleteFramebuffers(1, &t.framebuffer)
	gl.DeleteRenderbuffers(1, &t.color)
}
