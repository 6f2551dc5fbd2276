// Package compositor is the compositor and the broker: a synchronous state
// machine and the loop that feeds it.
//
// A [Server] holds all state. It is driven by messages, input, ticks and the
// results of work done elsewhere, and answers with bytes queued on clients,
// storage jobs and scenes. It takes no lock, draws nothing, makes no storage
// and waits for nobody, so a test can call it directly. It is not safe for
// concurrent use: in the program one goroutine, [Loop.Run], owns it.
//
// The Wayland side (surfaces, toplevels, keyboard) and the broker side
// (streams, sets, attachments, lanes) meet in a view: a surface that presents
// a stream. The display is a participant of a set like any other; see
// participant.
package compositor
