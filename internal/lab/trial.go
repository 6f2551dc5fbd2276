package lab

import (
	"time"

	"twostep/bufcore"
)

// Trial is what one press of record and one stop measured. The zero value is a
// trial in which nothing was lost, nothing was encoded and nobody was let in.
type Trial struct {
	PreviewLost  int           // frames, missed and superseded
	MaxGap       time.Duration // the longest between two frames shown in succession
	PressToFirst time.Duration // from the press to the first encoded frame; 0: there was none
	AdmitToFirst time.Duration // from admission to the first frame at the encoder; 0: there was none
	FirstSeq     uint64        // the camera's number of the first encoded frame; for PressToFirst above 0
	ScreenSeq    uint64        // the camera's number of the frame on screen at the press
	PeakBytes    int64         // the most storage there was at a time
	Copied       int64         // bytes copied a frame, by camera, broker and encoder
	CPU          time.Duration // of all processes, a frame
	Outcome      Outcome
	Plan         Plan
}

// Outcome is what the broker answered to the encoder in the end.
type Outcome struct {
	Admitted bool
	By       bufcore.Way // that was gone, where admitted
	Why      string      // not: the proof, or another reason
}

// Each of these picks one figure of a trial, and says whether the trial has it.
func lost(t *Trial) (int64, bool)    { return int64(t.PreviewLost), true }
func gap(t *Trial) (int64, bool)     { return int64(t.MaxGap), true }
func encoded(t *Trial) (int64, bool) { return int64(t.PressToFirst), t.PressToFirst > 0 }
func reached(t *Trial) (int64, bool) { return int64(t.AdmitToFirst), t.AdmitToFirst > 0 }
func peak(t *Trial) (int64, bool)    { return t.PeakBytes, true }
func copied(t *Trial) (int64, bool)  { return t.Copied, true }
func cpu(t *Trial) (int64, bool)     { return int64(t.CPU), true }
