package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"twostep/bufcore"
	"twostep/client"
	"twostep/fourcc"
)

// frozen is how long an encoder is frozen.
func frozen() time.Duration {
	if os.Getenv("TWOSTEP_STRESS") != "" {
		return 10 * time.Second
	}
	return 3 * time.Second
}

// TestFrozenEncoderCostsThePreviewNothing steps the camera where that can be: an
// encoder that reads the set's own buffers keeps the one that a step waits for.
func TestFrozenEncoderCostsThePreviewNothing(t *testing.T) {
	bin := build(t)
	for _, tt := range []struct {
		way, needs string
		stepped    bool
	}{{"bounce", "format", true}, {"fit", "fits", false}, {"swap", "format", false}} {
		t.Run(tt.way, func(t *testing.T) {
			t.Parallel()
			s := emptyStage(t, bin)
			s.open("soft", "")
			s.enter("--way", tt.way, "--needs", tt.needs, "--codec", "mpeg4", fmt.Sprintf("--step=%t", tt.stepped))
			s.ask("wait frames 5")
			s.freeze()
			s.finish()
			p := s.compositorReport("compositor").Preview
			if p.Lost != 0 && tt.stepped {
				t.Errorf("preview %+v: frames lost", p)
			}
			t.Logf("preview %+v", p)
			s.gapsAreDrops()
		})
	}
}

// freeze stops the encoder's process for a while in the middle of a recording.
func (s *stage) freeze() {
	s.t.Helper()
	s.record(10)
	pid := s.encapp()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		s.t.Fatal(err)
	}
	for began := time.Now(); time.Since(began) < frozen(); {
		s.frames(10)
	}
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		s.t.Fatal(err)
	}
	s.frames(10)
	s.stop()
	s.frames(5)
}

// gapsAreDrops compares what is missing of the file with what encapp says that it
// was not given.
func (s *stage) gapsAreDrops() {
	s.t.Helper()
	var told struct{ Recording struct{ Drops [][2]uint32 } }
	readJSON(s.t, s.report("encapp"), &told)
	got := run(s.t, nil, s.bin+"/encapp", "verify", "--json", s.recording)
	var file struct {
		Frames, Missing, Repeats, Reordered, Torn int
		Skipped                                   [][2]uint32
	}
	parseJSON(s.t, got.stdout, &file)
	if file.Missing == 0 || file.Repeats+file.Reordered+file.Torn > 0 || !slices.Equal(file.Skipped, told.Recording.Drops) {
		s.t.Errorf("the file %+v, the encoder %+v", file, told)
	}
}

// reader is a third program's consumer of the camera's stream.
type reader struct {
	conn       *client.Conn
	attachment *client.Attachment
	refusal    error
	frames     []uint64 // their numbers
	dropped    int
}

// join attaches a reader that does something with every frame.
func join(path, name string, held uint32, do func(*reader, client.Frame)) (*reader, error) {
	conn, err := client.Dial(path)
	if err != nil {
		return nil, err
	}
	conn.Hello(name)
	r := &reader{conn: conn}
	d := bufcore.Device{Name: name, Limits: bufcore.Limits{
		Formats: []fourcc.Format{{Code: fourcc.YUYV}}, Access: bufcore.CPURead, Held: held,
	}}
	stream := conn.JoinListed("camera", client.StreamEvents{Refused: func(f *client.Refusal) { r.refusal = f }})
	set := stream.Set(nil)
	r.attachment = set.Consume(d, client.Options{Way: bufcore.Fit, Moves: true}, client.Consumer{
		Refused: func(f *client.Refusal) {
			if f.Final() {
				r.refusal = f
			}
		},
		Dropped: func(uint64) { r.dropped++ },
		Frame: func(f client.Frame) {
			r.frames = append(r.frames, f.Sequence)
			do(r, f)
		},
	})
	set.Close()
	return r, nil
}

// serve goes on until ctx ends; the error is the connection's.
func (r *reader) serve(ctx context.Context) error {
	for r.refusal == nil {
		if err := r.conn.Flush(); err != nil {
			return err
		}
		select {
		case b := <-r.conn.Batches():
			if err := r.conn.Dispatch(b); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
	return r.refusal
}

func TestSlowReaderCostsItsNeighbourNothing(t *testing.T) {
	s := newStage(t, "--listed", "--fps", "60", "--buffers", "40")
	socket := s.dir + "/stage"
	ctx, end := context.WithTimeout(t.Context(), patience)
	defer end()
	slow, err := join(socket, "slow", 2, func(r *reader, f client.Frame) {
		<-time.After(100 * time.Millisecond)
		_ = r.attachment.Release(f)
	})
	if err != nil {
		t.Fatal(err)
	}
	// It may be kept from running for 400 ms, on a machine that does other things.
	const enough = 120
	var began, ended time.Time
	neighbour, err := join(socket, "neighbour", 24, func(r *reader, f client.Frame) {
		_ = r.attachment.Release(f)
		if len(r.frames) == 1 {
			began = time.Now()
		}
		if len(r.frames) == enough {
			ended = time.Now()
			end()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- slow.serve(ctx) }()
	if err := neighbour.serve(ctx); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	_, _ = slow.conn.Close(), neighbour.conn.Close()
	if len(neighbour.frames) < enough || neighbour.dropped > 0 {
		t.Errorf("the neighbour has %d frames, and %d were dropped", len(neighbour.frames), neighbour.dropped)
	}
	if slow.dropped == 0 {
		t.Errorf("the slow one has been given all of %d frames", len(slow.frames))
	}
	s.finish()
	var camera struct{ Missed int }
	readJSON(t, s.report("camapp"), &camera)
	skipped := int(neighbour.frames[len(neighbour.frames)-1]-neighbour.frames[0]) + 1 - len(neighbour.frames)
	if skipped > camera.Missed {
		t.Errorf("the neighbour lacks %d numbers, the camera %d", skipped, camera.Missed)
	}
	t.Logf("the neighbour: %.1f frames a second; the slow one: %d frames, %d dropped; preview %+v",
		(enough-1)/ended.Sub(began).Seconds(), len(slow.frames), slow.dropped, s.compositorReport("compositor").Preview)
}

// hoarding has TestHoarder, in a process of its own, be one who keeps what it is
// given.
const hoarding = "TWOSTEP_TEST_HOARD"

// hoard is how many buffers it keeps.
const hoard = 3

func TestHoarder(t *testing.T) {
	socket := os.Getenv(hoarding)
	if socket == "" {
		t.Skip("a process of TestHoarderIsRevoked")
	}
	r, err := join(socket, "hoarder", hoard, func(*reader, client.Frame) {})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(os.Stderr, "hoarder:", r.serve(t.Context()))
	select {} // with what it has, until it is killed
}

func TestHoarderIsRevoked(t *testing.T) {
	s := emptyStage(t, build(t))
	s.open("soft", "", "--hold", "1s")
	s.enter("--listed", "--standby=false")
	s.ask("wait frames 5")
	before := s.storage()
	hoarder := s.hoarder()
	s.start(hoarder)
	kept := s.await("the revocation", func(r storageReport) bool { return r.of("hoarder").KeptBuffers > 0 })
	if u := kept.of("hoarder"); u.KeptBuffers != hoard || u.KeptBytes < hoard*640*360*2 {
		t.Errorf("on the hoarder's account: %+v", u)
	}
	s.await("the set to be whole", func(r storageReport) bool { return r.Buffers == before.Buffers })
	s.frames(30)
	if u := s.storage().of("hoarder"); u.KeptBuffers != hoard {
		t.Errorf("on the hoarder's account while it lives: %+v", u)
	}
	_ = hoarder.Process.Kill()
	s.ended(hoarder)
	after := s.await("the account to be closed", func(r storageReport) bool { return r.of("hoarder").Client == "" })
	if after.Storage.Total != before.Storage.Total {
		t.Errorf("storage %+v, at first %+v", after.Storage.Total, before.Storage.Total)
	}
	s.finish()
}

func (s *stage) hoarder() *process {
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	p := s.prepare("hoarder")
	cmd := exec.CommandContext(s.t.Context(), self, "-test.run", "^TestHoarder$")
	cmd.Env = append(p.Env, hoarding+"="+s.dir+"/stage")
	cmd.Stderr, cmd.SysProcAttr = p.Stderr, p.SysProcAttr
	p.Cmd = cmd
	return p
}

// storageReport is what the compositor says of storage.
type storageReport struct {
	Buffers int
	Storage struct {
		Clients []account
		Total   usage
	}
}

type account struct {
	Client string
	usage
}

type usage struct {
	Bytes, Buffers int
	KeptBytes      int `json:"kept_bytes"`
	KeptBuffers    int `json:"kept_buffers"`
}

// of is a client's account, zero if it has none.
func (r storageReport) of(client string) (a account) {
	if i := slices.IndexFunc(r.Storage.Clients, func(a account) bool { return a.Client == client }); i >= 0 {
		a = r.Storage.Clients[i]
	}
	return a
}

func (s *stage) storage() (r storageReport) {
	s.t.Helper()
	s.ask("report " + s.report("now"))
	readJSON(s.t, s.report("now"), &r)
	return r
}

// await looks with every frame that is shown.
func (s *stage) await(what string, met func(storageReport) bool) storageReport {
	s.t.Helper()
	for deadline := time.Now().Add(patience / 4); time.Now().Before(deadline); s.frames(1) {
		if r := s.storage(); met(r) {
			return r
		}
	}
	s.t.Fatalf("no end of the wait for %s: %+v", what, s.storage())
	return storageReport{}
}
