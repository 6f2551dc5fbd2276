package compositor

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"twostep/bufcore"
	"twostep/fourcc"
	"twostep/internal/sys"
	"twostep/render"
)

// consoleWait bounds every wait that a console command can ask for.
const consoleWait = 60 * time.Second

// Console lets a test do what a person does: a command a line in, an answer a
// line out, "ok" with what was asked for, or "error:" with why not.
//
//	key NAME [press|release]   a key of keyCodes; without a word, both
//	snapshot FILE              what the screen shows, as PNG
//	report FILE                a Report, as JSON
//	plan STREAM [FOURCC...]    what each way out would cost a reader of these
//	                           formats, the preferred first: a table, before "ok"
//	mark                       begin to count again, for report; the number of
//	                           the frame on the screen
//	wait frames N              until N frames of streams have been shown
//	wait next N                until N more have been
//	wait recording             until somebody records
//	wait stopped               until nobody does
//	quit
type Console struct {
	Loop     *Loop
	Snapshot func(ctx context.Context, path string) error
	Report   func(ctx context.Context, path string) error
}

// keyCodes are of linux/input-event-codes.h.
var keyCodes = map[string]uint32{
	"1": 2, "2": 3, "3": 4, "4": 5, "5": 6, "6": 7, "7": 8, "8": 9,
	"q": keyQ, "r": 19, "s": keyS, "g": keyG, "h": keyH, "m": 50, "super": keyLeftMeta,
}

// Serve answers commands from in until it ends or the context does. A read that
// is under way when the context ends is left to whoever closes in.
func (c *Console) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	for ctx.Err() == nil && lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) == 0 {
			continue
		}
		answer := "ok"
		if text, err := c.do(ctx, words); err != nil {
			answer = "error: " + err.Error()
		} else if table, isTable := strings.CutSuffix(text, "\n"); isTable {
			answer = table + "\n" + answer
		} else if text != "" {
			answer += " " + text
		}
		_, err := fmt.Fprintln(out, answer)
		if answer == "ok" && words[0] == "quit" { // not before: the answer would be lost with the process
			c.Loop.Post(func(*Server) { c.Loop.quit = true })
		}
		if err != nil {
			return err
		}
	}
	return lines.Err()
}

func (c *Console) do(ctx context.Context, words []string) (answer string, err error) {
	ctx, cancel := context.WithTimeout(ctx, consoleWait)
	defer cancel()
	switch verb, rest := words[0], words[1:]; {
	case verb == "key" && (len(rest) == 1 || len(rest) == 2):
		return "", c.key(rest)
	case verb == "snapshot" && len(rest) == 1:
		return rest[0], c.Snapshot(ctx, rest[0])
	case verb == "report" && len(rest) == 1:
		return rest[0], c.Report(ctx, rest[0])
	case verb == "plan" && len(rest) > 0:
		return c.plan(ctx, rest[0], rest[1:])
	case verb == "mark" && len(rest) == 0:
		return c.mark(ctx)
	case verb == "wait" && len(rest) > 0:
		return "", c.wait(ctx, rest)
	case verb == "quit" && len(rest) == 0:
		return "", nil
	}
	return "", fmt.Errorf("unknown command %q", strings.Join(words, " "))
}

// plan is for a device that nobody has: what is known of late ones before they
// come is their formats.
func (c *Console) plan(ctx context.Context, stream string, formats []string) (string, error) {
	d := bufcore.Device{Name: "console", Limits: bufcore.Limits{Access: bufcore.CPURead, Held: 2}}
	for _, name := range formats {
		code, err := fourcc.Parse(name)
		if err != nil {
			return "", err
		}
		d.Limits.Formats = append(d.Limits.Formats, fourcc.Format{Code: code})
	}
	plans := make(chan bufcore.Plans, 1)
	c.Loop.Post(func(s *Server) { plans <- s.plan(stream, d) })
	select {
	case p := <-plans:
		if p == nil {
			return "", fmt.Errorf("no stream %q with storage", stream)
		}
		return p.String(), nil
	case <-ctx.Done(): // it may have ended with the question unread
		return "", ctx.Err()
	}
}

// plan prices the ways out for a reader in order that follows moves; nil: the
// stream has no storage.
func (s *Server) plan(stream string, d bufcore.Device) bufcore.Plans {
	st := s.streams[stream]
	if st == nil || st.set == nil {
		return nil
	}
	return st.set.core.Plan(bufcore.Ask{Device: d, Direction: bufcore.Read, Moves: true})
}

func (c *Console) mark(ctx context.Context) (string, error) {
	marked := make(chan string, 1)
	c.Loop.Post(func(s *Server) {
		sequence, ok := s.Mark()
		if !ok {
			close(marked)
			return
		}
		marked <- strconv.FormatUint(sequence, 10)
	})
	select {
	case sequence, ok := <-marked:
		if !ok {
			return "", errors.New("no preview to mark")
		}
		return sequence, nil
	case <-ctx.Done(): // it may have ended with the question unread
		return "", ctx.Err()
	}
}

func (c *Console) key(words []string) error {
	code, ok := keyCodes[words[0]]
	if !ok {
		return fmt.Errorf("unknown key %q", words[0])
	}
	if len(words) == 1 {
		c.press(code, true)
		c.press(code, false)
		return nil
	}
	if words[1] != "press" && words[1] != "release" {
		return fmt.Errorf("%q is neither press nor release", words[1])
	}
	c.press(code, words[1] == "press")
	return nil
}

func (c *Console) press(code uint32, pressed bool) {
	c.Loop.Input(render.Input{Kind: render.KeyInput, Key: code, Pressed: pressed, Time: int64(sys.Now())})
}

func (c *Console) wait(ctx context.Context, words []string) error {
	met, err := condition(words)
	if err != nil {
		return err
	}
	err = c.Loop.Await(ctx, met)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no %s within %v", strings.Join(words, " "), consoleWait)
	}
	return err
}

// condition is what a wait waits for.
func condition(words []string) (met func(*Server) bool, err error) {
	switch {
	case len(words) == 2 && words[0] == "frames":
		n, err := strconv.ParseUint(words[1], 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%q is no number of frames", words[1])
		}
		return func(s *Server) bool { return s.FramesShown() >= n }, nil
	case len(words) == 2 && words[0] == "next":
		n, err := strconv.ParseUint(words[1], 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%q is no number of frames", words[1])
		}
		return next(n), nil
	case len(words) == 1 && words[0] == "recording":
		return (*Server).Recording, nil
	case len(words) == 1 && words[0] == "stopped":
		return func(s *Server) bool { return !s.Recording() }, nil
	}
	return nil, fmt.Errorf("nothing to wait for called %q", strings.Join(words, " "))
}

// next is met when n more frames have been shown than when it is asked first.
func next(n uint64) func(*Server) bool {
	begun := false
	return func(s *Server) bool {
		if !begun {
			begun, n = true, n+s.FramesShown()
		}
		return s.FramesShown() >= n
	}
}
