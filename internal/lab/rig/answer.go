package rig

import (
	"context"
	"errors"
	"strings"
	"time"

	"twostep/internal/exit"
	"twostep/internal/standby"
)

// fromEncoder begins the lines in which camapp passes on what encapp says.
const fromEncoder = "encoder "

// next is the encoder's next answer, and takes note of a Ready. The error of one
// that does not come in time wraps stage.ErrTooSlow.
func (r *rig) next(ctx context.Context, patience time.Duration) (standby.Answer, error) {
	for deadline := time.Now().Add(patience); ; {
		line, err := r.cam.Next(ctx, max(time.Until(deadline), 0), "what the encoder says")
		if err != nil {
			return nil, err
		}
		said, ok := strings.CutPrefix(line, fromEncoder)
		if !ok {
			continue
		}
		answer, err := standby.ParseAnswer(said)
		if errors.Is(err, standby.ErrUnknownAnswer) {
			continue
		}
		if err != nil {
			return nil, exit.Errorf(exit.IO, "encapp says %q: %w", said, err)
		}
		if answer == (standby.Ready{}) {
			r.ready = true
		}
		return answer, nil
	}
}
