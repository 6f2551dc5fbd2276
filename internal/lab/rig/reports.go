package rig

import (
	"encoding/json"
	"io"
	"os"
	"time"

	"twostep/internal/exit"
	"twostep/internal/lab"
	"twostep/internal/sys"
)

// maxReport bounds what is read of a report.
const maxReport = 16 << 20

// screenReport is what the compositor says of one trial.
type screenReport struct {
	Outcomes []outcome `json:"outcomes"`
	Since    *struct {
		Sequence    uint64  `json:"sequence"`
		Frames      uint64  `json:"frames"`
		Shown       uint64  `json:"shown"`
		Lost        uint64  `json:"lost"`
		MaxGapMS    float64 `json:"max_gap_ms"`
		PeakBytes   int64   `json:"peak_bytes"`
		CopiedBytes uint64  `json:"copied_bytes"`
	} `json:"since_mark"`
}

// outcome is a bufcore.Outcome as far as it is read.
type outcome struct {
	Plan    lab.Plan `json:"plan"`
	Refused string   `json:"refused"`
}

// cameraReport is what camapp says of itself.
type cameraReport struct {
	Source      string  `json:"source"`
	Width       int     `json:"width"`
	Height      int     `json:"height"`
	FPS         float64 `json:"fps"`
	Frames      uint64  `json:"frames"`
	Missed      uint64  `json:"missed"`
	CopiedBytes uint64  `json:"copied_bytes"`
}

// encoderReport is what encapp says of one recording.
type encoderReport struct {
	Moments struct {
		Pressed     sys.Time `json:"pressed"`
		Admitted    sys.Time `json:"admitted"`
		FirstFrame  sys.Time `json:"first_frame"`
		FirstPacket sys.Time `json:"first_packet"`
	} `json:"moments"`
	Recording *struct {
		File     string `json:"file"`
		Frames   uint64 `json:"frames"`
		Lost     uint64 `json:"lost"`
		Dropped  uint64 `json:"dropped"`
		FirstSeq uint64 `json:"first_seq"`
		LastSeq  uint64 `json:"last_seq"`
	} `json:"recording"`
	CopiedBytes uint64 `json:"copied_bytes"`
}

// readReport reads what a program called name has left at path.
func readReport(name, path string, into any) error {
	f, err := os.Open(path)
	if err != nil {
		return exit.Errorf(exit.IO, "no report of %s: %w", name, err)
	}
	defer f.Close()
	if err := json.NewDecoder(io.LimitReader(f, maxReport)).Decode(into); err != nil {
		return exit.Errorf(exit.IO, "report of %s: %s: %w", name, path, err)
	}
	return nil
}

// between is the time from one moment to another, at least a nanosecond; 0 if
// either never came.
func between(from, to sys.Time) time.Duration {
	if from == 0 || to == 0 {
		return 0
	}
	return max(time.Duration(to-from), 1)
}

// millis is a number of milliseconds.
func millis(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
