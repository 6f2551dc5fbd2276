package encoder

/*
#include <stdint.h>
*/
import "C"

import "runtime/cgo"

// twostepReleased is called by libav, on a thread of its choice, when nothing
// refers to a frame any more.
//
//export twostepReleased
func twostepReleased(handle C.uintptr_t) {
	h := cgo.Handle(handle)
	release := h.Value().(func())
	h.Delete()
	release()
}
