package camera

import "errors"

// ErrClosed is returned by a source that has been closed.
var ErrClosed = errors.New("camera is closed")
