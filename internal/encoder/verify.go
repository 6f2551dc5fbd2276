package encoder

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"twostep/internal/stamp"
)

// Report says what is in a recording. Its JSON is what verify prints for
// programs.
type Report struct {
	Frames int `json:"frames"` // that could be decoded
	// First and Last are the stamps of the first and the last frame whose stamp
	// could be read.
	First uint32 `json:"first"`
	Last  uint32 `json:"last"`
	// Gaps counts the places where numbers are skipped, Missing the numbers.
	Gaps    int `json:"gaps"`
	Missing int `json:"missing"`
	// Skipped are those numbers, between First and Last.
	Skipped Spans `json:"skipped"`
	// Repeats counts frames with the number of the one before, Reordered those
	// with a smaller one.
	Repeats   int `json:"repeats"`
	Reordered int `json:"reordered"`
	// Torn counts frames whose two stamps differ, Unstamped those that have no
	// room for one, Damaged those that the decoder could not make whole.
	Torn      int `json:"torn"`
	Unstamped int `json:"unstamped"`
	Damaged   int `json:"damaged"`
	// DurationMS is from the first frame's time to the end of the last frame,
	// ContainerMS what the container says, 0 if nothing.
	DurationMS  float64 `json:"duration_ms"`
	ContainerMS float64 `json:"container_ms"`
	Codec       string  `json:"codec"`
	Width       int     `json:"width"`
	Height      int     `json:"height"`
	FPS         float64 `json:"fps"` // mean
	// CutOff says that the file ends in the middle of something, as one does
	// whose writer was killed. It is no fault of the frames before.
	CutOff bool `json:"cut_off"`
}

// OK reports whether there are frames and each carries the number after that of
// the one before.
func (r *Report) OK() bool {
	return r.Frames > 0 && r.Gaps+r.Repeats+r.Reordered+r.Torn+r.Unstamped+r.Damaged == 0
}

// Verify decodes the recording at path, a local file, and reads the stamp of
// every frame. A file that is cut off is read up to where it is whole. The
// error says why the file cannot be opened as a recording; faults of frames are
// in the Report.
func Verify(path string) (*Report, error) {
	d, err := openDecoder(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer d.close()
	if !d.planar() {
		return nil, fmt.Errorf("%s: %w", path, errNoVideo)
	}
	a := audit{report: Report{Skipped: Spans{}}}
	a.report.Codec = d.codecName()
	a.report.Width, a.report.Height = int(d.context.width), int(d.context.height)
	a.run(d)
	a.finish(d)
	return &a.report, nil
}

// audit follows the stamps of one recording.
type audit struct {
	report      Report
	stamped     bool   // one stamp has been read
	next        uint32 // the number that the next frame should have
	first, last time.Duration
}

func (a *audit) run(d *decoder) {
	for {
		p, err := d.next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			a.report.Damaged++
			if d.drained {
				return
			}
			continue
		}
		if a.report.Frames == 0 {
			a.first = p.time
		}
		a.last = p.time
		a.look(p)
	}
}

func (a *audit) look(p picture) {
	a.report.Frames++
	if p.damaged {
		a.report.Damaged++
	}
	seq, err := stamp.Read(p.luma)
	var torn *stamp.TornError
	switch {
	case errors.As(err, &torn):
		a.report.Torn++
		a.next++ // it took some number's place
	case err != nil:
		a.report.Unstamped++
		a.next++
	default:
		a.count(seq)
	}
}

// count compares in 32 bits, which wrap as the stamps do.
func (a *audit) count(seq uint32) {
	r := &a.report
	ahead := int32(seq - a.next)
	switch {
	case !a.stamped:
		a.stamped, r.First = true, seq
	case ahead > 0:
		r.Gaps++
		r.Missing += int(ahead)
		r.Skipped.Add(uint64(a.next), uint64(a.next)+uint64(ahead)-1)
	case ahead < 0 && seq == r.Last:
		r.Repeats++
	case ahead < 0:
		r.Reordered++
	}
	r.Last = seq
	a.next = seq + 1
}

func (a *audit) finish(d *decoder) {
	r := &a.report
	r.CutOff = d.cut
	r.DurationMS = milliseconds(d.end - a.first)
	r.ContainerMS = milliseconds(d.length())
	if span := a.last - a.first; span > 0 {
		r.FPS = float64(r.Frames-1) / span.Seconds()
	}
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}

// String is the report for a person, one line per matter.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d x %d, %.2f frames per second\n", r.Codec, r.Width, r.Height, r.FPS)
	fmt.Fprintf(&b, "%d frames, stamps %d to %d, %.1f ms (container: %.1f ms)\n",
		r.Frames, r.First, r.Last, r.DurationMS, r.ContainerMS)
	fmt.Fprintf(&b, "gaps %d (%d frames missing), repeats %d, reordered %d, torn %d, unstamped %d, damaged %d\n",
		r.Gaps, r.Missing, r.Repeats, r.Reordered, r.Torn, r.Unstamped, r.Damaged)
	if r.CutOff {
		b.WriteString("cut off: the file ends in the middle of a fragment\n")
	}
	if r.OK() {
		b.WriteString("ok: every frame follows the one before\n")
	} else {
		b.WriteString("not ok\n")
	}
	return b.String()
}
