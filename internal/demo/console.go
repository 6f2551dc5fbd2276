package demo

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"twostep/internal/exit"
)

// console speaks with the compositor's --test-input: a command a line in, one
// line of answer out. It is used from one goroutine.
type console struct {
	in    *os.File    // owned
	lines chan string // closed by the reader at the end of the output
}

// newConsole returns the console and the ends that the child gets, which the
// caller closes once the child has them.
func newConsole() (c *console, stdin, stdout *os.File, err error) {
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
	c = &console{in: in, lines: make(chan string, 64)}
	go c.read(out)
	return c, stdin, stdout, nil
}

func (c *console) read(out *os.File) {
	defer out.Close()
	defer close(c.lines)
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		select {
		case c.lines <- scanner.Text():
		default: // more than was asked for: not an answer
		}
	}
}

// ask sends a command and returns what follows "ok".
func (c *console) ask(ctx context.Context, patience time.Duration, command string) (string, error) {
	if err := c.in.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if _, err := c.in.WriteString(command + "\n"); err != nil {
		return "", c.lost(ctx, command, err)
	}
	line, err := c.next(ctx, patience, command)
	if err != nil {
		return "", err
	}
	if answer, ok := strings.CutPrefix(line, "ok"); ok {
		return strings.TrimSpace(answer), nil
	}
	return "", exit.Errorf(exit.IO, "compositor: %s: %s", command, strings.TrimPrefix(line, "error: "))
}

// next returns the next line of output. what names the wait in errors.
func (c *console) next(ctx context.Context, patience time.Duration, what string) (string, error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case line, ok := <-c.lines:
		if !ok {
			return "", c.lost(ctx, what, fmt.Errorf("it closed its output"))
		}
		return line, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case <-timer.C:
		return "", exit.Errorf(exit.IO, "compositor: %s: no answer within %v", what, patience)
	}
}

// lost prefers the reason why the compositor has gone, which arrives just after
// its pipes break, to the broken pipe.
func (c *console) lost(ctx context.Context, what string, err error) error {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return exit.Errorf(exit.IO, "compositor: %s: %w", what, err)
	}
}

func (c *console) close() { c.in.Close() }
