package rig

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"twostep/bufcore"
	"twostep/internal/exit"
	"twostep/internal/lab"
	"twostep/internal/stage"
)

// How long each wait may take before the lab gives up. Starting allows for a
// software GL device on a busy machine.
const (
	startPatience = 30 * time.Second
	askPatience   = 20 * time.Second
	// answerPatience is longer than encapp's own with a way out.
	answerPatience = 40 * time.Second
	endPatience    = 15 * time.Second
)

// rig is what trials are made with. One goroutine, on a locked thread, has it.
type rig struct {
	opt      Options
	place    *stage.Place
	display  *stage.Child // the compositor
	camera   *stage.Child // camapp, in whose process group encapp runs
	screen   *stage.Console
	cam      *stage.Console
	planner  *Planner
	plans    func(bufcore.Device) (bufcore.Plans, error)
	programs []int // process ids of compositor and camapp
	encoder  int   // that of encapp; 0: not known
	ready    bool
	frame    time.Duration // between two frames of the camera
	record   time.Duration // the most that record stays pressed
	stamped  bool          // the camera's frames bear their numbers
	devices  map[string]bufcore.Device
	takes    []take // to be read back at the end
	admitted int    // trials
	flaws    []error
	// failed ends the context with the reason when a child goes unasked.
	failed context.CancelCauseFunc
}

// left is what a lab leaves beside reports and logs, the plots and tables aside,
// which are replaced one by one.
var left = []string{"takes"}

// start brings everything up, until frames flow and the encoder stands by.
func (r *rig) start(ctx context.Context) error {
	if err := os.MkdirAll(r.place.File("takes"), 0o755); err != nil {
		return &exit.Error{Code: exit.CannotCreate, Err: err}
	}
	var err error
	r.display, r.screen, err = r.launch("compositor", "--socket", r.place.Socket, "--backend", r.opt.Backend,
		"--hud", "--test-input", "--report", r.place.Report("compositor"))
	if err != nil {
		return err
	}
	if _, err := r.screen.Next(ctx, startPatience, "start"); err != nil {
		return err
	}
	if err := r.startCamera(); err != nil {
		return err
	}
	if _, err := r.screen.Ask(ctx, askPatience, "wait frames 1"); err != nil {
		return err
	}
	r.programs = []int{r.display.PID(), r.camera.PID()}
	if r.planner, err = NewPlanner(r.place.SocketPath(), "camera", nil); err != nil {
		return err
	}
	r.plans = r.planner.Plans
	return nil
}

func (r *rig) startCamera() error {
	encapp, err := stage.Binary("encapp")
	if err != nil {
		return err
	}
	r.camera, r.cam, err = r.launch("camapp", "--source", r.opt.Source, "--size", r.opt.Size,
		"--fps", strconv.Itoa(r.opt.FPS), "--listed", "--standby", "--test-input", "--force",
		"--preroll", (time.Duration(r.opt.Preroll) * time.Second / time.Duration(r.opt.FPS)).String(),
		"--output", r.place.File("takes/take.mp4"), "--encapp", encapp, "--report", r.place.Report("camapp"))
	return err
}

// launch starts a program with a console.
func (r *rig) launch(name string, args ...string) (*stage.Child, *stage.Console, error) {
	path, err := stage.Binary(name)
	if err != nil {
		return nil, nil, err
	}
	console, stdin, stdout, err := stage.NewConsole(name)
	if err != nil {
		return nil, nil, exit.Errorf(exit.IO, "console: %w", err)
	}
	defer stdin.Close()
	defer stdout.Close()
	child, err := stage.Start(stage.Program{
		Name: name, Path: path, Args: args, Env: r.place.Env, Stdin: stdin, Stdout: stdout, Log: r.place.Log(name),
	}, func(c *stage.Child) { r.failed(c.Ended()) })
	if err != nil {
		console.Close()
		return nil, nil, err
	}
	return child, console, nil
}

// end lets the camera go first, so that the compositor counts what is left of its
// clients when there is none.
func (r *rig) end() error {
	err := r.planner.Close()
	r.display.Leave()
	if err := r.camera.End(endPatience); err != nil {
		return &exit.Error{Code: exit.IO, Err: err}
	}
	if _, err := r.screen.Ask(context.Background(), askPatience, "quit"); err != nil {
		return err
	}
	if err := r.display.Await(endPatience); err != nil {
		return &exit.Error{Code: exit.IO, Err: err}
	}
	return errors.Join(err, r.display.Failed(), r.camera.Failed())
}

// kill ends what an error has left running; after a good end there is nothing.
func (r *rig) kill() {
	if r.planner != nil {
		_ = r.planner.Close()
	}
	for _, c := range []*stage.Child{r.camera, r.display} {
		if c == nil {
			continue
		}
		if c.Running() {
			_ = c.End(2 * time.Second)
		}
		c.KillGroup()
	}
	for _, c := range []*stage.Console{r.cam, r.screen} {
		if c != nil {
			c.Close()
		}
	}
}

// look asks the camera for its report.
func (r *rig) look(ctx context.Context) (c cameraReport, err error) {
	text, err := r.cam.Ask(ctx, askPatience, "report")
	if err == nil {
		err = json.Unmarshal([]byte(text), &c)
	}
	if err == nil && c.FPS <= 0 {
		err = exit.Errorf(exit.IO, "report of camapp has no fps")
	}
	return c, err
}

// device is the encoder as it would attach, asked of encapp once.
func (r *rig) device(ctx context.Context, codec string, n lab.Needs) (bufcore.Device, error) {
	key := codec + " " + n.String()
	if d, ok := r.devices[key]; ok {
		return d, nil
	}
	d, err := EncoderDevice(ctx, codec, n.String())
	if err == nil {
		r.devices[key] = d
	}
	return d, err
}

// pids are those of all three processes, as far as they are known.
func (r *rig) pids() []int {
	if r.encoder == 0 && r.camera != nil {
		for _, p := range stage.Living(r.camera.PID()) {
			if p.PID != r.camera.PID() && strings.HasPrefix(p.Name, "encapp") {
				r.encoder = p.PID
			}
		}
	}
	if r.encoder == 0 {
		return r.programs
	}
	return append(r.programs[:len(r.programs):len(r.programs)], r.encoder)
}
