// Package camera is where frames come from: a V4L2 capture device, or a test
// pattern that moves and numbers its frames.
package camera
