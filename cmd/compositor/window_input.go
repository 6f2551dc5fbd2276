package main

import (
	"image"

	"github.com/go-gl/glfw/v3.3/glfw"

	"twostep/render"
)

const (
	// xKeycodes is by how much X's keycodes exceed evdev's.
	xKeycodes = 8
	// leftButton is evdev's BTN_LEFT; the right and middle ones follow, as
	// in GLFW.
	leftButton = 0x110
)

// listen passes on what a person does.
func (w *window) listen() {
	w.glfw.SetKeyCallback(func(_ *glfw.Window, _ glfw.Key, scancode int, action glfw.Action, _ glfw.ModifierKey) {
		if action != glfw.Repeat && scancode > xKeycodes {
			w.tell(render.Input{Kind: render.KeyInput, Key: uint32(scancode - xKeycodes), Pressed: action == glfw.Press})
		}
	})
	w.glfw.SetMouseButtonCallback(func(_ *glfw.Window, b glfw.MouseButton, action glfw.Action, _ glfw.ModifierKey) {
		in := render.Input{Kind: render.ButtonInput, Button: leftButton + uint32(b), Pressed: action == glfw.Press}
		in.X, in.Y = w.glfw.GetCursorPos()
		w.tell(in)
	})
	w.glfw.SetCursorPosCallback(func(_ *glfw.Window, x, y float64) {
		w.tell(render.Input{Kind: render.MotionInput, X: x, Y: y})
	})
	w.glfw.SetScrollCallback(func(_ *glfw.Window, x, y float64) {
		w.tell(render.Input{Kind: render.ScrollInput, X: x, Y: -y})
	})
	w.glfw.SetFramebufferSizeCallback(func(_ *glfw.Window, x, y int) {
		w.resize(image.Pt(x, y))
	})
	w.glfw.SetCloseCallback(func(opened *glfw.Window) {
		opened.SetShouldClose(false) // the compositor decides
		w.tell(render.Input{Kind: render.CloseInput})
	})
	w.glfw.SetRefreshCallback(func(*glfw.Window) { w.dirty = true })
}

// resize passes over the 0 x 0 of a window that is iconified.
func (w *window) resize(size image.Point) {
	if size.X < 1 || size.Y < 1 {
		return
	}
	w.renderer.Resize(size)
	w.dirty = true
	w.tell(render.Input{Kind: render.ResizeInput, Size: size})
}

func (w *window) tell(in render.Input) {
	if w.config.Input == nil {
		return
	}
	in.Time = w.config.Clock()
	w.config.Input(in)
}
