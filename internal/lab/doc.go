// Package lab measures what each way out costs the preview when an encoder
// comes late, and says so in tables, plots and a report.
//
// The experiment is a set of cells: a way, what the encoder needs, a codec and
// a source. A trial is one press of record and one stop inside a running
// preview, at a random phase of the frame clock. The trials of all cells are
// interleaved, so that whatever else the machine does hits all of them alike.
//
// This package does everything but run the processes, which the rig does. Nothing
// here is for use by several goroutines at once.
package lab
