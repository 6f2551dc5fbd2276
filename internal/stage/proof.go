package stage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"twostep/internal/exit"
)

// verifyPatience allows a decoder ten seconds of video on a busy machine many
// times over.
const verifyPatience = 2 * time.Minute

// Proof is what `encapp verify --json` finds in a recording's pixels.
type Proof struct {
	Frames    uint64 `json:"frames"`
	First     uint64 `json:"first"`
	Last      uint64 `json:"last"`
	Gaps      uint64 `json:"gaps"`
	Missing   uint64 `json:"missing"` // numbers skipped in all gaps
	Repeats   uint64 `json:"repeats"`
	Reordered uint64 `json:"reordered"`
	Torn      uint64 `json:"torn"`
	Unstamped uint64 `json:"unstamped"`
	Damaged   uint64 `json:"damaged"`
}

// Flaw returns an error if the recording is not proved whole.
func (p Proof) Flaw(file string) error {
	if p.Frames == 0 {
		return exit.Errorf(1, "%s has no frame", file)
	}
	var faults []string
	for _, f := range []struct {
		n    uint64
		what string
	}{
		{p.Missing, "missing"}, {p.Repeats, "repeated"}, {p.Reordered, "out of order"},
		{p.Torn, "torn"}, {p.Unstamped, "unstamped"}, {p.Damaged, "damaged"},
	} {
		if f.n > 0 {
			faults = append(faults, fmt.Sprintf("%d %s", f.n, f.what))
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return exit.Errorf(1, "%s has frames that are not as they were sent: %s", file, strings.Join(faults, ", "))
}

// Verify reads a recording back. A flaw is no error here, only what keeps
// encapp from telling is.
func Verify(ctx context.Context, file string) (Proof, error) {
	path, err := Binary("encapp")
	if err != nil {
		return Proof{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, verifyPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "verify", "--json", file)
	cmd.WaitDelay = time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var p Proof
	if json.Unmarshal(out, &p) == nil {
		return p, nil
	}
	if ctx.Err() != nil {
		err = ErrTooSlow
	}
	if err == nil {
		err = errors.New("its answer is not JSON")
	}
	line := strings.TrimSpace(stderr.String())
	return p, exit.Errorf(exit.IO, "encapp verify %s: %w", file, withLine(err, line))
}

func withLine(err error, line string) error {
	if line == "" {
		return err
	}
	return fmt.Errorf("%w: %s", err, line)
}
