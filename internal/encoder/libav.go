package encoder

/*
#cgo pkg-config: libavcodec libavformat libavutil
#cgo CFLAGS: -O3 -Wall
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"runtime/cgo"
	"syscall"
	"unsafe"
)

// Errors are reported by value; libav's own commentary would only add lines
// to the one that a program prints.
func init() { C.av_log_set_level(C.AV_LOG_QUIET) }

// AVError is an error that libav returned. To errors.Is it is the errno that
// it stands for, if it stands for one.
type AVError struct {
	// Op is what was asked of libav.
	Op string
	// Code is libav's number, always negative.
	Code int
	text string
}

func (e *AVError) Error() string { return e.Op + ": " + e.text }

// Unwrap returns the syscall.Errno behind the number, or nil: libav's own
// codes are four letters and far from any errno.
func (e *AVError) Unwrap() error {
	if e.Code > -4096 {
		return syscall.Errno(-e.Code)
	}
	return nil
}

// avError makes an error of what libav returned, nil of anything that is not
// negative.
func avError(op string, code C.int) error {
	if code >= 0 {
		return nil
	}
	var text [C.AV_ERROR_MAX_STRING_SIZE]C.char
	C.av_strerror(code, &text[0], C.size_t(len(text)))
	return &AVError{op, int(code), C.GoString(&text[0])}
}

// options calls use with a dictionary of the pairs. A pair that use has left
// in it was understood by nobody, which is an error.
func options(op string, pairs [][2]string, use func(**C.AVDictionary) C.int) error {
	var dict *C.AVDictionary
	defer C.av_dict_free(&dict)
	for _, p := range pairs {
		if err := setOption(&dict, p[0], p[1]); err != nil {
			return err
		}
	}
	if err := avError(op, use(&dict)); err != nil {
		return err
	}
	if key := C.twostep_left_over(dict); key != nil {
		return fmt.Errorf("%s: option %q is not known to this libav", op, C.GoString(key))
	}
	return nil
}

func setOption(dict **C.AVDictionary, key, value string) error {
	k, v := C.CString(key), C.CString(value)
	defer C.free(unsafe.Pointer(k))
	defer C.free(unsafe.Pointer(v))
	return avError("option "+key, C.av_dict_set(dict, k, v, 0))
}

// lend makes a libav reference to mapped memory. release is called exactly
// once: when libav drops its last reference, on any thread, or before lend
// returns an error.
func lend(mem []byte, release func()) (*C.AVBufferRef, error) {
	handle := cgo.NewHandle(release)
	ref := C.twostep_lend((*C.uint8_t)(&mem[0]), C.size_t(len(mem)), C.uintptr_t(handle))
	if ref == nil {
		handle.Delete()
		release()
		return nil, avError("buffer reference", C.TWOSTEP_ENOMEM)
	}
	return ref, nil
}
