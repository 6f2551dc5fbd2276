package stage

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"twostep/internal/exit"
)

// kept is how many lines may wait to be read. More than that nobody has asked
// for.
const kept = 256

// Console speaks with a child that takes commands: a command a line in, one line
// of answer out, "ok" with what was asked for, or "error:" with why not. Whatever
// else it says is kept apart. A Console is for one goroutine.
type Console struct {
	name    string
	in      *os.File    // owned
	answers chan string // closed by the reader at the end of the output
	said    chan string // the same
}

// NewConsole returns the console of a child called name, and the ends that the
// child gets, which the caller closes once the child has them.
func NewConsole(name string) (c *Console, stdin, stdout *os.File, err error) {
	stdin, in, err := os.Pipe()
	if err != nil {
		return nil, nil, nil, err
	}
	out, stdout, err := os.Pipe()
	if err != nil {
		stdin.Close()
		in.Close()
		return nil, nil, nil, err
	}
	c = &Console{name: name, in: in, answers: make(chan string, kept), said: make(chan string, kept)}
	go c.read(out)
	return c, stdin, stdout, nil
}

func (c *Console) read(out *os.File) {
	defer out.Close()
	defer close(c.answers)
	defer close(c.said)
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		to, line := c.said, scanner.Text()
		if line == "ok" || strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "error: ") {
			to = c.answers
		}
		select {
		case to <- line:
		default: // more than was asked for
		}
	}
}

// Ask sends a command and returns what follows "ok".
func (c *Console) Ask(ctx context.Context, patience time.Duration, command string) (string, error) {
	if err := c.in.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if _, err := c.in.WriteString(command + "\n"); err != nil {
		return "", c.lost(ctx, command, err)
	}
	line, err := c.take(ctx, c.answers, patience, command)
	if err != nil {
		return "", err
	}
	if answer, ok := strings.CutPrefix(line, "ok"); ok {
		return strings.TrimSpace(answer), nil
	}
	return "", exit.Errorf(exit.IO, "%s: %s: %s", c.name, command, strings.TrimPrefix(line, "error: "))
}

// Next returns the next line that is no answer. what names the wait in errors, of
// which one that comes too late wraps ErrTooSlow.
func (c *Console) Next(ctx context.Context, patience time.Duration, what string) (string, error) {
	return c.take(ctx, c.said, patience, what)
}

func (c *Console) take(ctx context.Context, from <-chan string, patience time.Duration, what string) (string, error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case line, ok := <-from:
		if !ok {
			return "", c.lost(ctx, what, fmt.Errorf("it closed its output"))
		}
		return line, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case <-timer.C:
		return "", exit.Errorf(exit.IO, "%s: %s: no answer within %v: %w", c.name, what, patience, ErrTooSlow)
	}
}

// lost prefers the reason why the child has gone, which arrives just after
// its pipes break, to the broken pipe.
func (c *Console) lost(ctx context.Context, what string, err error) error {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return exit.Errorf(exit.IO, "%s: %s: %w", c.name, what, err)
	}
}

// Close ends the child's input.
func (c *Console) Close() { c.in.Close() }
