package main

/*
#cgo pkg-config: x11
#include <X11/Xlib.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"image"
	"os"

	"github.com/go-gl/glfw/v3.3/glfw"

	"twostep/render"
	"twostep/render/gl"
)

// errNoDisplay is returned where there is no X server to show a window.
var errNoDisplay = errors.New("no display")

// window is the output that a person looks at. All of its methods but snapshot
// belong to the OS thread that opened it, which should be the main one.
type window struct {
	glfw     *glfw.Window
	renderer *gl.Renderer
	config   windowConfig
	pace     render.Pace
	dirty    bool                // uncovered, so that what it showed is gone
	asked    chan chan<- picture // from anywhere to wake
	due      chan chan<- picture // from wake to the loop
	ended    chan struct{}
}

// windowConfig is what a window needs to know. Input and the hooks are called
// on the window's thread and must not block.
type windowConfig struct {
	Size    image.Point
	Title   string
	Clock   func() int64 // CLOCK_MONOTONIC in ns
	Mailbox *render.Mailbox
	Input   func(render.Input)
	Hooks   render.Hooks
}

// openWindow opens a window with a GL 3.3 core context. The error wraps
// errNoDisplay if there is nothing to open it on.
func openWindow(c windowConfig) (*window, error) {
	if err := start(); err != nil {
		return nil, err
	}
	w := &window{
		config: c,
		pace:   render.Pace{Period: int64(render.DefaultPeriod)},
		asked:  make(chan chan<- picture),
		due:    make(chan chan<- picture, 1),
		ended:  make(chan struct{}),
	}
	if err := w.open(); err != nil {
		glfw.Terminate()
		return nil, err
	}
	return w, nil
}

// start connects GLFW to the display. It finds out by itself whether there is
// one: without, GLFW says that all is well, and then panics. The connection for
// that is kept meanwhile, since an X server may reset when the last one ends.
func start() error {
	name := os.Getenv("DISPLAY")
	if name == "" && os.Getenv("WAYLAND_DISPLAY") != "" {
		return fmt.Errorf("%w: DISPLAY is not set; on Wayland the window needs Xwayland", errNoDisplay)
	}
	if name == "" {
		return fmt.Errorf("%w: DISPLAY is not set", errNoDisplay)
	}
	display := C.XOpenDisplay(nil)
	if display == nil {
		return fmt.Errorf("%w: nobody answers at DISPLAY=%s", errNoDisplay, name)
	}
	defer C.XCloseDisplay(display)
	if err := glfw.Init(); err != nil {
		return fmt.Errorf("start GLFW: %w", err)
	}
	return nil
}

func (w *window) open() error {
	for _, hint := range []struct {
		name  glfw.Hint
		value int
	}{
		{glfw.ContextVersionMajor, 3}, {glfw.ContextVersionMinor, 3},
		{glfw.OpenGLProfile, glfw.OpenGLCoreProfile}, {glfw.OpenGLForwardCompatible, glfw.True},
		{glfw.DepthBits, 0}, {glfw.StencilBits, 0},
	} {
		glfw.WindowHint(hint.name, hint.value)
	}
	opened, err := glfw.CreateWindow(w.config.Size.X, w.config.Size.Y, w.config.Title, nil, nil)
	if err != nil {
		return fmt.Errorf("open window: %w", err)
	}
	if opened == nil {
		return errors.New("open window: refused by the display")
	}
	w.glfw = opened
	opened.MakeContextCurrent()
	glfw.SwapInterval(1)
	if w.renderer, err = gl.New(glfw.GetProcAddress, w.size()); err != nil {
		return fmt.Errorf("draw in window: %w", err)
	}
	w.listen()
	return nil
}

// size is that of the framebuffer, in pixels.
func (w *window) size() image.Point {
	x, y := w.glfw.GetFramebufferSize()
	return image.Pt(x, y)
}

// close frees everything, the window too. The window cannot be used again.
func (w *window) close() error {
	err := w.renderer.Close()
	w.glfw.Destroy()
	glfw.Terminate()
	return err
}
