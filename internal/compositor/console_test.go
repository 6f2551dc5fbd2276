package compositor

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"twostep/bufcore"
)

// console is one for a desk, whose snapshots and reports are names.
func (d *desk) console() *Console {
	refuse := func(_ context.Context, path string) error {
		if strings.HasPrefix(path, "/none") {
			return errors.New("cannot write " + path)
		}
		return nil
	}
	return &Console{Loop: d.loop, Snapshot: refuse, Report: refuse}
}

// tell gives the console lines and returns its answers.
func (c *Console) tell(t *testing.T, lines ...string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out strings.Builder
	if err := c.Serve(ctx, strings.NewReader(strings.Join(lines, "\n")+"\n"), &out); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func TestConsoleAnswersEveryCommand(t *testing.T) {
	d := newDesk(t)
	cam := d.camera(6)
	cam.step()
	c := d.console()
	for _, tt := range []struct{ line, want string }{
		{"key r", "ok"},
		{"key m press", "ok"},
		{"key m release", "ok"},
		{"  key   1  ", "ok"},
		{"key super press", "ok"},
		{"key super release", "ok"},
		{"snapshot a.png", "ok a.png"},
		{"snapshot /none/a.png", "error: cannot write /none/a.png"},
		{"report a.json", "ok a.json"},
		{"report /none/a.json", "error: cannot write /none/a.json"},
		{"wait frames 1", "ok"},
		{"wait frames 0", "ok"},
		{"wait stopped", "ok"},
		{"key", `error: unknown command "key"`},
		{"key nope", `error: unknown key "nope"`},
		{"key r hold", `error: "hold" is neither press nor release`},
		{"key r press twice", `error: unknown command "key r press twice"`},
		{"snapshot", `error: unknown command "snapshot"`},
		{"snapshot a b", `error: unknown command "snapshot a b"`},
		{"report", `error: unknown command "report"`},
		{"wait", `error: unknown command "wait"`},
		{"wait frames", `error: nothing to wait for called "frames"`},
		{"wait frames many", `error: "many" is no number of frames`},
		{"wait frames -1", `error: "-1" is no number of frames`},
		{"wait forever", `error: nothing to wait for called "forever"`},
		{"quit now", `error: unknown command "quit now"`},
		{"\x00\xff", `error: unknown command "\x00\xff"`},
	} {
		if got := c.tell(t, tt.line); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%q is answered %q, want %q", tt.line, got, tt.want)
		}
	}
	cam.until("the keys", func() bool { return len(cam.keys) == 3 })
	if got := c.tell(t, "", "   ", "wait frames 1", "bogus"); len(got) != 2 {
		t.Errorf("answers %q, want two", got)
	}
}

func TestConsoleWaitsForARecording(t *testing.T) {
	d := newDesk(t)
	cam := d.camera(10)
	r := d.reader(*cam.token, bufcore.Fit, yuyvLimits)
	r.until("admission", func() bool { return r.admission != nil })
	follow(cam, r, 2)
	c := d.console()
	if got := c.tell(t, "wait recording"); got[0] != "ok" {
		t.Errorf("recording: %q", got)
	}
	_ = r.Close()
	if got := c.tell(t, "wait stopped"); got[0] != "ok" {
		t.Errorf("stopped: %q", got)
	}
}

func TestConsoleWaitEndsWithItsContext(t *testing.T) {
	d := newDesk(t)
	ctx, cancel := context.WithCancel(context.Background())
	in, typed := io.Pipe()
	answers, out := io.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- d.console().Serve(ctx, in, out)
		_ = out.Close()
	}()
	if _, err := io.WriteString(typed, "wait frames 1000000\n"); err != nil {
		t.Fatal(err)
	}
	d.await("the console to wait", func(*Server) bool { return len(d.loop.waiters) == 2 })
	cancel()
	if got, err := bufio.NewReader(answers).ReadString('\n'); got != "error: context canceled\n" {
		t.Errorf("answered %q, %v", got, err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	d.await("the wait to be forgotten", func(*Server) bool { return len(d.loop.waiters) == 1 })
	_ = typed.Close()
}

func TestConsoleEndsWhenNobodyListens(t *testing.T) {
	d := newDesk(t)
	answers, out := io.Pipe()
	_ = answers.Close()
	if err := d.console().Serve(context.Background(), strings.NewReader("key r\nkey r\n"), out); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v, want a closed pipe", err)
	}
	long := strings.NewReader(strings.Repeat("x", 1<<20))
	if err := d.console().Serve(context.Background(), long, io.Discard); !errors.Is(err, bufio.ErrTooLong) {
		t.Errorf("%v, want a line that is too long", err)
	}
}

func TestConsoleQuits(t *testing.T) {
	d := newDesk(t)
	c := d.console()
	if got := c.tell(t, "quit"); got[0] != "ok" {
		t.Errorf("quit: %q", got)
	}
	<-d.loop.ended
	if got := c.tell(t, "key r", "wait frames 1"); got[1] != "error: the compositor has ended" {
		t.Errorf("after the end: %q", got)
	}
}

// witness asks, with every answer, whether the loop has been told to end.
type witness struct {
	loop *Loop
	quit bool
}

func (w *witness) Write(p []byte) (int, error) {
	told := make(chan bool, 1)
	w.quit = w.quit || !w.loop.Post(func(*Server) { told <- w.loop.quit })
	select {
	case quit := <-told:
		w.quit = w.quit || quit
	case <-w.loop.ended:
		w.quit = true
	}
	return len(p), nil
}

func TestQuitIsAnsweredBeforeItIsObeyed(t *testing.T) {
	d := newDesk(t)
	w := &witness{loop: d.loop}
	if err := d.console().Serve(t.Context(), strings.NewReader("quit\n"), w); err != nil || w.quit {
		t.Errorf("the answer may come after the end: %v", err)
	}
	<-d.loop.ended
}

func TestConsoleMarksWhereCountingBegins(t *testing.T) {
	d := newDesk(t)
	c := d.console()
	if got := c.tell(t, "mark"); got[0] != "error: no preview to mark" {
		t.Errorf("without a preview: %q", got)
	}
	cam := d.camera(6)
	cam.step()
	if got := c.tell(t, "wait next many", "mark now"); got[0] != `error: "many" is no number of frames` || got[1] != `error: unknown command "mark now"` {
		t.Errorf("answers %q", got)
	}
	got := c.tell(t, "wait next 0", "mark")
	if len(got) != 2 || got[0] != "ok" || got[1] != "ok 1" {
		t.Errorf("answers %q, want that frame 1 is on the screen", got)
	}
}

func TestWaitForNextFramesCountsFromTheQuestion(t *testing.T) {
	d := newDesk(t)
	cam := d.camera(6)
	cam.step()
	cam.step()
	met := next(2)
	for i, want := range []bool{false, false, true} {
		if got := ask(d, met); got != want {
			t.Errorf("after %d more frames: %v", i, got)
		}
		cam.step()
	}
}
