package main

import (
	"fmt"
	"slices"

	"twostep/bufcore"
	"twostep/client"
)

// The numbers of the keys, of linux/input-event-codes.h.
const (
	key1 = 2 // and so on, to
	key8 = 9
	keyR = 19
	keyM = 50
)

// key does what a key stands for. The digits are the numbers of the ways.
func (a *app) key(key uint32, pressed bool, at client.Time) {
	if !pressed {
		return
	}
	switch {
	case key == keyR:
		a.recorder.press(at)
	case key == keyM:
		i := slices.Index(codecs, a.recorder.codec)
		a.recorder.codec = codecs[(i+1)%len(codecs)]
	case key1 <= key && key <= key8:
		a.choose(bufcore.Strict + bufcore.Way(key-key1))
	}
	a.retitle()
}

func (a *app) choose(w bufcore.Way) {
	a.recorder.way = w
	a.stream.SetWay(w)
}

func (a *app) retitle() { a.window.SetTitle(a.title()) }

// title says what R would do: "pattern - h264 - swap", and what it did.
func (a *app) title() string {
	t := fmt.Sprintf("%s - %s - %s", a.source.Name(), a.recorder.codec, a.recorder.way)
	if s := a.recorder.String(); s != "" {
		t += " - " + s
	}
	return t
}
