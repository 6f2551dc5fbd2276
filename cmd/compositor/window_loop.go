package main

import (
	"context"
	"image"
	"time"

	"github.com/go-gl/glfw/v3.3/glfw"

	"twostep/render"
)

// idleWait bounds a wait that an event should end.
const idleWait = time.Second

// picture is the answer to a snapshot.
type picture struct {
	image *image.RGBA
	err   error
}

// run shows scenes and passes on input until the context ends. It can be called
// once.
func (w *window) run(ctx context.Context) {
	defer close(w.ended)
	woken := make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(ctx)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		w.wake(ctx, woken)
	}()
	for ctx.Err() == nil {
		w.once(woken)
	}
	cancel()
	<-gone
}

// wake ends the loop's wait when there is a scene, somebody wants a snapshot, or
// the context ends. All calls to GLFW from other threads are here, so that none
// outlives run.
func (w *window) wake(ctx context.Context, woken chan<- struct{}) {
	for {
		select {
		case <-ctx.Done():
			glfw.PostEmptyEvent()
			return
		case <-w.config.Mailbox.C():
			select {
			case woken <- struct{}{}:
			default:
			}
		case to := <-w.asked:
			select {
			case w.due <- to:
			case <-ctx.Done():
			}
		}
		glfw.PostEmptyEvent()
	}
}

// once waits until a scene is due or something happens, and sees to it. A token
// in woken says that the mailbox may hold a scene; it stays there until the
// scene is due.
func (w *window) once(woken chan struct{}) {
	wait := idleWait
	if len(woken) > 0 {
		wait = time.Duration(w.pace.Wait(w.config.Clock()))
	}
	if wait > 0 {
		glfw.WaitEventsTimeout(wait.Seconds())
	} else {
		glfw.PollEvents()
	}
	w.answer()
	if len(woken) > 0 && w.pace.Wait(w.config.Clock()) == 0 {
		<-woken
		w.show()
	}
	if w.dirty {
		w.dirty = false
		w.renderer.Redraw()
		w.glfw.SwapBuffers()
	}
}

// show draws what the mailbox holds, if anything.
func (w *window) show() {
	s := w.config.Mailbox.Take()
	if s == nil {
		return
	}
	w.pace.Drawn(w.config.Clock())
	w.config.Hooks.Draw(w.renderer, s)
	w.glfw.SwapBuffers()
	w.dirty = false
	w.config.Hooks.Show(s, w.config.Clock())
}

// answer serves a snapshot that was asked for.
func (w *window) answer() {
	select {
	case to := <-w.due:
		w.show()
		m, err := w.renderer.Snapshot()
		to <- picture{m, err}
	default:
	}
}

// snapshot returns what the window shows, with the newest scene drawn. Safe for
// concurrent use while run runs.
func (w *window) snapshot(ctx context.Context) (*image.RGBA, error) {
	to := make(chan picture, 1)
	select {
	case w.asked <- to:
	case <-w.ended:
		return nil, render.ErrNotPresenting
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case got := <-to:
		return got.image, got.err
	case <-w.ended:
		return nil, render.ErrNotPresenting
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
