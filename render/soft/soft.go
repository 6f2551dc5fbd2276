// Package soft draws scenes in plain Go. It is the reference that render/gl is
// compared with, and what draws where there is no GL or GL is too slow.
package soft

import (
	"errors"
	"fmt"
	"image"

	"twostep/render"
)

// Renderer draws into memory. It is a render.Renderer, belongs to one
// goroutine, and needs no particular thread.
type Renderer struct {
	list     render.List
	atlas    *image.Alpha
	target   *image.RGBA
	textures map[uint32]*texture // by window
	drawn    uint64              // scenes, to tell which textures are in use
	columns  []column            // of the picture being scaled
}

var _ render.Renderer = (*Renderer)(nil)

var errClosed = errors.New("renderer is closed")

// New returns a renderer for an output of the given size. A scene of another
// size changes it.
func New(size image.Point) *Renderer {
	return &Renderer{
		atlas:    render.Atlas(),
		target:   image.NewRGBA(image.Rectangle{Max: size}),
		textures: make(map[uint32]*texture),
	}
}

// Draw implements render.Renderer. The error of a picture that cannot be drawn
// does not keep the rest from being drawn.
func (r *Renderer) Draw(s *render.Scene, uploaded func(*render.Picture, int)) error {
	if r.target == nil {
		return errClosed
	}
	if r.target.Rect.Max != s.Size {
		r.target = image.NewRGBA(image.Rectangle{Max: s.Size})
	}
	r.drawn++
	err := r.upload(s, uploaded)
	r.list.Build(s)
	r.fill(r.target.Rect, r.list.Background)
	for i := range r.list.Steps {
		step := &r.list.Steps[i]
		if step.Picture == nil {
			r.quads(r.list.Quads[step.First:step.Last])
		} else if t := r.textures[step.Window]; t != nil {
			r.picture(t, step.Dst)
		}
	}
	return err
}

// upload converts what is new and forgets windows that have gone.
func (r *Renderer) upload(s *render.Scene, uploaded func(*render.Picture, int)) error {
	var errs error
	for i := range s.Windows {
		w := &s.Windows[i]
		if w.Picture == nil {
			continue
		}
		copied, err := r.convert(w)
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("window %d: %w", w.ID, err))
		}
		if uploaded != nil {
			uploaded(w.Picture, copied)
		}
	}
	for id, t := range r.textures {
		if t.drawn != r.drawn {
			delete(r.textures, id)
		}
	}
	return errs
}

func (r *Renderer) convert(w *render.Window) (copied int, err error) {
	t := r.textures[w.ID]
	if t != nil && t.key == w.Picture.Key {
		t.drawn = r.drawn
		return 0, nil
	}
	if err := w.Picture.Check(); err != nil {
		return 0, err
	}
	if t == nil {
		t = new(texture)
		r.textures[w.ID] = t
	}
	t.drawn = r.drawn
	return t.load(w.Picture), nil
}

// Snapshot implements render.Renderer.
func (r *Renderer) Snapshot() (*image.RGBA, error) {
	if r.target == nil {
		return nil, errClosed
	}
	c := image.NewRGBA(r.target.Rect)
	copy(c.Pix, r.target.Pix)
	return c, nil
}

// Close implements render.Renderer. It does not fail.
func (r *Renderer) Close() error {
	r.target, r.textures = nil, nil
	return nil
}
