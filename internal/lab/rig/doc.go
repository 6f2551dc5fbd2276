// Package rig makes the trials of the lab: a compositor, a camera and an encoder
// that stands by, as processes of their own, and a client that asks what each way
// would cost before it is gone. Record is pressed as a person would press it.
//
// Every trial begins with a set that is fresh and has been in use for some
// frames, so that the encoder is late for it. What is measured is what the
// processes say of themselves: the compositor of the preview and of storage,
// camera and encoder of copies, the encoder of when it got what, and the kernel
// of the time that all three took.
package rig
