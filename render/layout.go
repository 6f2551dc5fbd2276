package render

import "image"

// Sizes of the desktop, in pixels.
const (
	TitleBar  = 28  // height of a title bar, part of Window.Frame
	panelWide = 336 // the HUD's panel
	stripHigh = 136 // the HUD's strip of buffer lanes

	// An output that is smaller than this shows the HUD as one line.
	leastWide = 800
	leastHigh = 440
)

// areas is how an output is divided. An empty rectangle is not there.
type areas struct {
	workspace image.Rectangle
	panel     image.Rectangle // facts, at the right
	strip     image.Rectangle // buffer lanes, along the bottom
}

// Workspace returns the part of an output of the given size that windows have
// to themselves. Without hud it is all of the output. A window of 1280x720
// with its title bar fits that of 1640x900 with hud, and one of 640x360 that
// of 1000x540.
func Workspace(size image.Point, hud bool) image.Rectangle {
	return divide(size, hud).workspace
}

// Place returns where a new window with a content of the given size goes: in
// the middle of the workspace, its title bar visible, scaled down with its
// aspect kept if it does not fit.
func Place(content image.Point, workspace image.Rectangle) (frame, inside image.Rectangle) {
	room := workspace.Size().Sub(image.Pt(0, TitleBar))
	if content.X > room.X || content.Y > room.Y {
		content = fit(content, image.Rectangle{Max: room}).Size()
	}
	outer := content.Add(image.Pt(0, TitleBar))
	at := workspace.Min.Add(workspace.Size().Sub(outer).Div(2))
	frame = image.Rectangle{Min: at, Max: at.Add(outer)}
	inside = frame
	inside.Min.Y += TitleBar
	return frame, inside
}

func divide(size image.Point, hud bool) areas {
	all := image.Rectangle{Max: size}
	if !hud || size.X < leastWide || size.Y < leastHigh {
		return areas{workspace: all}
	}
	x, y := size.X-panelWide, size.Y-stripHigh
	return areas{
		workspace: image.Rect(0, 0, x, y),
		panel:     image.Rect(x, 0, size.X, size.Y),
		strip:     image.Rect(0, y, x, size.Y),
	}
}

// fit returns the largest rectangle in the middle of into with the aspect of
// size. It is empty if either is.
func fit(size image.Point, into image.Rectangle) image.Rectangle {
	if size.X <= 0 || size.Y <= 0 || into.Empty() {
		return image.Rectangle{}
	}
	w, h := into.Dx(), into.Dy()
	if w*size.Y > h*size.X {
		w = max(1, (h*size.X+size.Y/2)/size.Y)
	} else {
		h = max(1, (w*size.Y+size.X/2)/size.X)
	}
	at := into.Min.Add(image.Pt((into.Dx()-w)/2, (into.Dy()-h)/2))
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(w, h))}
}
