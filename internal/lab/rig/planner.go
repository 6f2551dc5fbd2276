package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"time"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/exit"
	"twostep/internal/lab"
	"twostep/internal/stage"
)

// planPatience bounds every wait for an answer about plans.
const planPatience = 10 * time.Second

// ErrNotLate is returned for a stream that has no storage yet: whoever attaches
// now is not late, and there is nothing to plan.
var ErrNotLate = errors.New("the stream has no storage yet, so nobody is late")

// Planner is a client that asks what each way would cost an encoder. It is for
// one goroutine.
type Planner struct {
	conn   *client.Conn
	stream *client.Stream
	there  bool // a current set is
	err    error
}

// NewPlanner connects to the compositor at a socket, as client.Dial names it, and
// joins the stream that token grants, or without one the listed stream called
// name. The Planner must be closed.
func NewPlanner(socket, name string, token *client.Token) (*Planner, error) {
	conn, err := client.Dial(socket)
	if err != nil {
		return nil, &exit.Error{Code: exit.Protocol, Err: err}
	}
	p := &Planner{conn: conn}
	conn.Hello("planner")
	events := client.StreamEvents{
		Refused: func(r *client.Refusal) { p.fail(exit.Permission, r) },
		Current: func(int, int) { p.there = true },
		Ended:   func() { p.fail(exit.IO, errors.New("the stream has ended")) },
	}
	if token != nil {
		p.stream = conn.Join(*token, events)
	} else {
		p.stream = conn.JoinListed(name, events)
	}
	if err := p.roundtrip(); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *Planner) fail(code int, err error) {
	if p.err == nil {
		p.err = &exit.Error{Code: code, Err: err}
	}
}

func (p *Planner) roundtrip() error {
	if err := p.conn.Roundtrip(planPatience); err != nil {
		p.fail(exit.Protocol, err)
	}
	return p.err
}

// Plans asks for d, an encoder that takes frames in order and follows moves, as
// encapp does. The error is ErrNotLate if there is no storage.
func (p *Planner) Plans(d bufcore.Device) (plans bufcore.Plans, err error) {
	if err := p.roundtrip(); err != nil { // to learn of the newest set
		return nil, err
	}
	if !p.there {
		return nil, ErrNotLate
	}
	set := p.stream.Set(nil)
	options := client.Options{Policy: bufcore.InOrder, Moves: true}
	set.Plan(d, options, func(got bufcore.Plans) { plans = got })
	err = p.roundtrip()
	set.Close()
	if err == nil && plans == nil {
		err = ErrNotLate
	}
	return plans, err
}

// Close ends the connection.
func (p *Planner) Close() error { return p.conn.Close() }

// EncoderDevice asks encapp what it would attach for a codec and a need, which is
// empty for encapp's own choice: encapp alone loads what knows.
func EncoderDevice(ctx context.Context, codec, needs string) (d bufcore.Device, err error) {
	path, err := stage.Binary("encapp")
	if err != nil {
		return d, err
	}
	args := []string{"limits", "--codec", codec}
	if needs != "" {
		args = append(args, "--needs", needs)
	}
	ctx, cancel := context.WithTimeout(ctx, planPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.WaitDelay = time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	var exited *exec.ExitError
	switch {
	case errors.As(err, &exited) && exited.ExitCode() > 0:
		line := strings.TrimPrefix(strings.TrimSpace(stderr.String()), "encapp: ")
		return d, exit.Errorf(exited.ExitCode(), "%s", line)
	case err == nil:
		err = json.Unmarshal(text, &d)
	}
	if err != nil {
		return d, exit.Errorf(exit.IO, "encapp limits --codec %s: %w", codec, err)
	}
	return d, nil
}

// planOf is the plan of a way as the lab keeps it.
func planOf(plans bufcore.Plans, w bufcore.Way) lab.Plan {
	for _, p := range plans {
		if p.Way == w {
			return kept(p)
		}
	}
	return lab.Plan{Way: w.String(), Impossible: "no plan"}
}

func kept(p bufcore.Plan) lab.Plan {
	return lab.Plan{
		Way: p.Way.String(), Impossible: p.Why, Format: p.Format, Heap: p.Heap, Buffers: p.Buffers,
		Bytes: int64(p.Bytes), Peak: int64(p.Peak), Copies: p.Copies, Lost: p.Lost,
	}
}
