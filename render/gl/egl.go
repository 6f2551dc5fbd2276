package gl

/*
#cgo pkg-config: egl
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <stdlib.h>
#include <string.h>

// software_display returns the display of Mesa's software device. Others are
// passed over: with device nodes present a hardware path might be half there.
static EGLDisplay software_display(void) {
	PFNEGLGETPLATFORMDISPLAYEXTPROC display = (PFNEGLGETPLATFORMDISPLAYEXTPROC)eglGetProcAddress("eglGetPlatformDisplayEXT");
	PFNEGLQUERYDEVICESEXTPROC devices = (PFNEGLQUERYDEVICESEXTPROC)eglGetProcAddress("eglQueryDevicesEXT");
	PFNEGLQUERYDEVICESTRINGEXTPROC string = (PFNEGLQUERYDEVICESTRINGEXTPROC)eglGetProcAddress("eglQueryDeviceStringEXT");
	EGLDeviceEXT found[32];
	EGLint n = 0;
	if (!display || !devices || !string || !devices(32, found, &n))
		return EGL_NO_DISPLAY;
	for (EGLint i = 0; i < n; i++) {
		const char *extensions = string(found[i], EGL_EXTENSIONS);
		if (extensions && strstr(extensions, "EGL_MESA_device_software"))
			return display(EGL_PLATFORM_DEVICE_EXT, found[i], NULL);
	}
	return EGL_NO_DISPLAY;
}

static EGLContext core_context(EGLDisplay d) {
	static const EGLint want[] = {
		EGL_CONTEXT_MAJOR_VERSION, 3,
		EGL_CONTEXT_MINOR_VERSION, 3,
		EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
		EGL_NONE,
	};
	if (!eglInitialize(d, NULL, NULL) || !eglBindAPI(EGL_OPENGL_API))
		return EGL_NO_CONTEXT;
	return eglCreateContext(d, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, want);
}

static int is_current(EGLDisplay d, EGLContext c) {
	return eglMakeCurrent(d, EGL_NO_SURFACE, EGL_NO_SURFACE, c);
}

static void destroy(EGLDisplay d, EGLContext c) {
	eglMakeCurrent(d, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	eglDestroyContext(d, c);
	eglReleaseThread();
}
*/
import "C"

import (
	"errors"
	"fmt"
	"image"
	"unsafe"
)

// ErrNoSoftware is returned where EGL has no software device, or one that
// lacks GL 3.3.
var ErrNoSoftware = errors.New("no EGL software device")

// eglContext is an EGL context without a surface. The display is shared by the
// process and stays initialized.
type eglContext struct {
	display C.EGLDisplay
	context C.EGLContext
}

// OpenHeadless returns a renderer on EGL's software device, without any
// display server. It and all its methods belong to the OS thread that calls
// it, which must be locked (runtime.LockOSThread).
func OpenHeadless(size image.Point) (*Renderer, error) {
	c, err := openContext()
	if err != nil {
		return nil, err
	}
	r, err := newRenderer(procAddr, size)
	if err != nil {
		c.close()
		return nil, err
	}
	r.context = c
	if r.own, err = newTarget(size); err == nil {
		err = r.warm()
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func openContext() (*eglContext, error) {
	d := C.software_display()
	if d == 0 {
		return nil, ErrNoSoftware
	}
	c := C.core_context(d)
	if c == nil {
		return nil, fmt.Errorf("%w: context: EGL error %#x", ErrNoSoftware, C.eglGetError())
	}
	if C.is_current(d, c) == 0 {
		err := fmt.Errorf("%w: make current: EGL error %#x", ErrNoSoftware, C.eglGetError())
		C.destroy(d, c)
		return nil, err
	}
	return &eglContext{d, c}, nil
}

func (c *eglContext) close() {
	C.destroy(c.display, c.context)
}

func procAddr(name string) unsafe.Pointer {
	s := C.CString(name)
	defer C.free(unsafe.Pointer(s))
	return unsafe.Pointer(C.eglGetProcAddress(s))
}
