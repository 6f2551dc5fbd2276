package compositor

import (
	"image"

	"twostep/render"
)

// ghostNS is how long the last picture of a producer that has gone stays.
const ghostNS = 1e9

// window is a toplevel as the desktop knows it. It outlives its surface by
// ghostNS when it shows a stream whose producer has gone.
type window struct {
	id      uint32
	title   string
	appID   string
	surface *surface // nil: a ghost
	frame   image.Rectangle
	content image.Rectangle
	mapped  bool
	picture *render.Picture // of a ghost
	notice  string
	until   int64 // of a ghost: when it goes, CLOCK_MONOTONIC in ns
}

func (s *Server) newWindow(on *surface) *window {
	s.windowID++
	w := &window{id: s.windowID, surface: on}
	s.windows = append(s.windows, w)
	return w
}

// mapWindow shows a toplevel's window, once there is something in it. The
// extent is in pixels and decides its size the first time.
func (s *Server) mapWindow(t *toplevel, width, height int) {
	if t == nil || t.window.mapped {
		return
	}
	w := t.window
	w.mapped = true
	w.frame, w.content = render.Place(image.Pt(width, height), render.Workspace(s.cfg.Size, s.hud))
	s.raise(w)
	s.setFocus(w)
}

func (s *Server) unmap(t *toplevel) {
	if t != nil {
		t.window.mapped = false
		s.dropFocus(t.window)
	}
}

// closeWindow takes a window away, at once or as a ghost. A ghost's picture has
// been on the screen up to now: its memory may be gone, and renderers have kept
// what they need of it only as long as every scene had it.
func (s *Server) closeWindow(w *window) {
	s.dropFocus(w)
	s.letGo(w)
	s.dirty = true
	if w.notice != "" && w.mapped && w.picture != nil && s.scene != nil && shows(s.scene, w.picture) {
		w.surface, w.until = nil, s.now()+ghostNS
		return
	}
	for i, other := range s.windows {
		if other == w {
			s.windows = append(s.windows[:i], s.windows[i+1:]...)
			return
		}
	}
}

// AskToClose asks everybody who has a window to close it.
func (s *Server) AskToClose() {
	for _, w := range s.windows {
		if w.surface != nil && w.surface.role != nil {
			w.surface.role.resource().Close()
		}
	}
}

// HasWindows says whether any client has a window.
func (s *Server) HasWindows() bool {
	for _, w := range s.windows {
		if w.surface != nil {
			return true
		}
	}
	return false
}

// surfaceGone ends a toplevel whose surface went first.
func (s *Server) surfaceGone(t *toplevel) {
	t.xdg.surface = nil
	s.closeWindow(t.window)
}

func (s *Server) dropGhosts(now int64) {
	kept := s.windows[:0]
	for _, w := range s.windows {
		if w.surface != nil || now < w.until {
			kept = append(kept, w)
			continue
		}
		s.dirty = true
	}
	clear(s.windows[len(kept):])
	s.windows = kept
}

func (s *Server) raise(w *window) {
	for i, other := range s.windows {
		if other == w {
			copy(s.windows[i:], s.windows[i+1:])
			s.windows[len(s.windows)-1] = w
		}
	}
	s.dirty = true
}

// windowAt is the foremost window under a point, or nil.
func (s *Server) windowAt(p image.Point) *window {
	for i := len(s.windows) - 1; i >= 0; i-- {
		if w := s.windows[i]; w.mapped && w.surface != nil && p.In(w.frame) {
			return w
		}
	}
	return nil
}

// move keeps enough of the title bar on the output to take hold of it again.
func (s *Server) move(w *window, by image.Point) {
	f := w.frame.Add(by)
	grip := image.Rect(f.Min.X+render.TitleBar, f.Min.Y, f.Max.X-render.TitleBar, f.Min.Y+render.TitleBar)
	if !grip.Overlaps(image.Rectangle{Max: s.cfg.Size}) || f.Min.Y < 0 {
		return
	}
	w.frame, w.content = f, w.content.Add(by)
	s.dirty = true
}

// leastContent is the smallest content that a drag leaves, in pixels.
var leastContent = image.Pt(160, 90)

// resize moves the lower right corner. A stream's picture is scaled; a client
// that draws its own is told the new size.
func (s *Server) resize(w *window, corner image.Point) {
	corner.X = max(corner.X, w.content.Min.X+leastContent.X)
	corner.Y = max(corner.Y, w.content.Min.Y+leastContent.Y)
	w.frame.Max, w.content.Max = corner, corner
	s.dirty = true
	if t := w.surface.role; t != nil && w.surface.view == nil {
		t.configure(w.content.Dx(), w.content.Dy())
	}
}
