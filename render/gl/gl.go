// Package gl draws scenes with OpenGL 3.3 core: in a window whose context the
// caller has made current, or without any display server through EGL.
//
// Pixels are those of render/soft; pictures that are scaled, and what is
// blended, may be off by a little.
package gl

import (
	"errors"
	"fmt"
	"image"
	"unsafe"

	"github.com/go-gl/gl/v3.3-core/gl"

	"twostep/fourcc"
	"twostep/render"
)

// Renderer draws with GL. It is a render.Renderer and belongs to the OS thread
// that its context is current on.
type Renderer struct {
	list     render.List
	size     image.Point // of the window
	own      *target     // where an EGL renderer draws; nil: the window's framebuffer
	context  *eglContext // nil: somebody else's
	quads    *quads
	pictures *pictures
	closed   bool
}

var _ render.Renderer = (*Renderer)(nil)

var errClosed = errors.New("renderer is closed")

// New returns a renderer for the context that is current on this thread, which
// draws into its default framebuffer of the given size. procAddr finds GL's
// functions. Close leaves the context alone.
func New(procAddr func(string) unsafe.Pointer, size image.Point) (*Renderer, error) {
	r, err := newRenderer(procAddr, size)
	if err != nil {
		return nil, err
	}
	if err := r.warm(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func newRenderer(procAddr func(string) unsafe.Pointer, size image.Point) (*Renderer, error) {
	if err := gl.InitWithProcAddrFunc(procAddr); err != nil {
		return nil, fmt.Errorf("find GL functions: %w", err)
	}
	r := &Renderer{list: render.List{Size: size}, size: size}
	var err error
	if r.quads, err = newQuads(); err == nil {
		r.pictures, err = newPictures()
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	gl.PixelStorei(gl.UNPACK_ALIGNMENT, 1)
	return r, nil
}

// warm draws every kind of picture once, tiny, where nobody sees it. A driver
// compiles a shader for good when it first draws with it, which takes longer
// than a frame may.
func (r *Renderer) warm() error {
	for _, code := range []fourcc.Code{fourcc.YUYV, fourcc.NV12, fourcc.XR24, fourcc.AR24} {
		// No power of two: drivers tell those apart.
		l, err := fourcc.LayoutOf(code, 6, 6, fourcc.Align{})
		if err != nil {
			return err
		}
		p := &render.Picture{Key: 1, Layout: l, Mem: make([]byte, l.Bytes)}
		err = r.Draw(&render.Scene{Size: r.size, Windows: []render.Window{
			{ID: 1, Frame: image.Rect(0, 0, 6, 6), Content: image.Rect(0, 0, 6, 6), Picture: p},
			{ID: 2, Frame: image.Rect(8, 0, 20, 12), Content: image.Rect(8, 0, 20, 12), Picture: p},
		}}, nil)
		if err != nil {
			return fmt.Errorf("first picture of %v: %w", code, err)
		}
	}
	return r.Draw(&render.Scene{Size: r.size}, nil) // forget these windows
}

// Resize says that the window is of another size now, which scenes may have yet
// to follow. Without a window the output follows the scenes by itself.
func (r *Renderer) Resize(size image.Point) {
	r.size = size
}

// follow makes an output without a window as large as the scene.
func (r *Renderer) follow(size image.Point) error {
	if r.own == nil || r.own.size == size {
		return nil
	}
	t, err := newTarget(size)
	if err != nil {
		return err
	}
	r.own.delete()
	r.own = t
	return nil
}

// Draw implements render.Renderer. The error of a picture that cannot be drawn
// does not keep the rest from being drawn. In a window, swapping buffers is the
// caller's.
func (r *Renderer) Draw(s *render.Scene, uploaded func(*render.Picture, int)) error {
	if r.closed {
		return errClosed
	}
	if err := r.follow(s.Size); err != nil {
		return err
	}
	errs := r.pictures.upload(s, uploaded)
	r.list.Build(s)
	r.Redraw()
	return errors.Join(errs, glError("draw"))
}

// Redraw draws the last scene again, such as after a window was uncovered.
func (r *Renderer) Redraw() {
	size := r.list.Size
	if r.own == nil {
		gl.BindFramebuffer(gl.FRAMEBUFFER, 0)
		gl.Viewport(0, int32(r.size.Y-size.Y), int32(size.X), int32(size.Y))
		r.paint(bottomUp)
		return
	}
	r.own.bind()
	gl.Viewport(0, 0, int32(size.X), int32(size.Y))
	r.paint(topDown)
	gl.Finish() // what swapping buffers does for a window
}

// Directions of rows in a target, as the shaders take them.
const (
	topDown  float32 = 1
	bottomUp float32 = -1
)

// paint draws the list into the framebuffer that is bound.
func (r *Renderer) paint(down float32) {
	size, c := r.list.Size, r.list.Background
	gl.ClearColor(float32(c.R)/255, float32(c.G)/255, float32(c.B)/255, 1)
	gl.Clear(gl.COLOR_BUFFER_BIT)
	r.quads.fill(r.list.Quads)
	for i := range r.list.Steps {
		step := &r.list.Steps[i]
		if step.Picture == nil {
			r.quads.draw(step.First, step.Last, size, down)
		} else {
			r.pictures.draw(step, size, down)
		}
	}
}

// Snapshot implements render.Renderer. In a window it draws the last scene
// again, so that it does not depend on what is in front of the window.
func (r *Renderer) Snapshot() (*image.RGBA, error) {
	if r.closed {
		return nil, errClosed
	}
	if r.own != nil {
		return r.own.read()
	}
	t, err := newTarget(r.list.Size)
	if err != nil {
		return nil, err
	}
	defer t.delete()
	gl.Viewport(0, 0, int32(t.size.X), int32(t.size.Y))
	r.paint(topDown)
	return t.read()
}

// Close implements render.Renderer. Closing again does nothing.
func (r *Renderer) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	if r.quads != nil {
		r.quads.delete()
	}
	if r.pictures != nil {
		r.pictures.delete()
	}
	if r.own != nil {
		r.own.delete()
	}
	if r.context != nil {
		r.context.close()
	}
	return nil
}

func glError(op string) error {
	if code := gl.GetError(); code != gl.NO_ERROR {
		return fmt.Errorf("%s: GL error %#x", op, code)
	}
	return nil
}
