package gl

import (
	"errors"
	"fmt"
	"image"

	"github.com/go-gl/gl/v3.3-core/gl"

	"twostep/fourcc"
	"twostep/render"
)

// pictures draws camera pictures and keeps the last one of each window.
type pictures struct {
	programs map[variant]*pictureProgram
	array    uint32 // without attributes; a draw needs one bound
	windows  map[uint32]*picture
	drawn    uint64 // scenes, to tell which windows are there
	scratch  []byte // rows of a stride that GL cannot express
}

// variant names a fragment shader.
type variant struct {
	code   fourcc.Code
	scaled bool
}

type pictureProgram struct {
	program
	rectangle, extent int32
}

func newPictures() (*pictures, error) {
	p := &pictures{programs: make(map[variant]*pictureProgram), windows: make(map[uint32]*picture)}
	gl.GenVertexArrays(1, &p.array)
	for _, code := range []fourcc.Code{fourcc.NV12, fourcc.YUYV, fourcc.XR24} {
		for _, scaled := range []bool{false, true} {
			made, err := linkPicture(code, scaled)
			if err != nil {
				p.delete()
				return nil, err
			}
			p.programs[variant{code, scaled}] = made
		}
	}
	return p, glError("set up pictures")
}

func linkPicture(code fourcc.Code, scaled bool) (*pictureProgram, error) {
	defines := []string{code.String()}
	if code == fourcc.XR24 {
		defines[0] = "WORDS"
	}
	if scaled {
		defines = append(defines, "SCALED")
	}
	p, err := link("picture", defines...)
	if err != nil {
		return nil, err
	}
	gl.UseProgram(p.name)
	gl.Uniform1i(p.uniform("first"), 0)
	gl.Uniform1i(p.uniform("second"), 1)
	return &pictureProgram{p, p.uniform("rectangle"), p.uniform("extent")}, nil
}

// upload takes over what is new and forgets windows that have gone.
func (p *pictures) upload(s *render.Scene, uploaded func(*render.Picture, int)) error {
	p.drawn++
	var errs error
	for i := range s.Windows {
		w := &s.Windows[i]
		if w.Picture == nil {
			continue
		}
		copied, err := p.load(w)
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("window %d: %w", w.ID, err))
		}
		if uploaded != nil {
			uploaded(w.Picture, copied)
		}
	}
	for id, q := range p.windows {
		if q.drawn != p.drawn {
			q.delete()
			delete(p.windows, id)
		}
	}
	return errs
}

func (p *pictures) load(w *render.Window) (copied int, err error) {
	q := p.windows[w.ID]
	if q != nil && q.key == w.Picture.Key {
		q.drawn = p.drawn
		return 0, nil
	}
	if err := w.Picture.Check(); err != nil {
		return 0, err
	}
	if q != nil && !q.holds(&w.Picture.Layout) {
		q.delete()
		q = nil
	}
	if q == nil {
		q = newPicture(&w.Picture.Layout)
		p.windows[w.ID] = q
	}
	q.drawn, q.key = p.drawn, w.Picture.Key
	p.scratch, copied = q.load(w.Picture, p.scratch)
	return copied, nil
}

// draw draws a window's last picture, all of it, over step.Dst.
func (p *pictures) draw(step *render.Step, size image.Point, down float32) {
	q := p.windows[step.Window]
	if q == nil {
		return
	}
	code := q.code
	if code == fourcc.AR24 {
		code = fourcc.XR24
		gl.Enable(gl.BLEND)
		gl.BlendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
		defer gl.Disable(gl.BLEND)
	}
	program := p.programs[variant{code, step.Dst.Size() != q.size}]
	program.use(size, down)
	d := step.Dst
	gl.Uniform4f(program.rectangle, float32(d.Min.X), float32(d.Min.Y), float32(d.Max.X), float32(d.Max.Y))
	gl.Uniform2i(program.extent, int32(q.size.X), int32(q.size.Y))
	q.bind()
	gl.BindVertexArray(p.array)
	gl.DrawArrays(gl.TRIANGLE_STRIP, 0, 4)
}

func (p *pictures) delete() {
	for _, q := range p.windows {
		q.delete()
	}
	for _, made := range p.programs {
		gl.DeleteProgram(made.name)
	}
	gl.DeleteVertexArrays(1, &p.array)
}
