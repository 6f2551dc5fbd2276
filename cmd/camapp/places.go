package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/exit"
)

// placesFor asks encapp what it is that places are to be reserved for.
func placesFor(o options) (map[string]bufcore.Device, error) {
	places := make(map[string]bufcore.Device)
	for _, codec := range o.reserve {
		d, err := encoderDevice(o, codec)
		if err != nil {
			return nil, &exit.Error{Code: exit.IO, Err: err}
		}
		places[codec] = d
	}
	return places, nil
}

// reserve keeps places. That one is not to be had is no reason not to show the
// camera.
func (a *app) reserve(set *client.Set) {
	for _, codec := range a.options.reserve {
		lost := func(r *client.Refusal) { fmt.Printf("camapp: no place for the %s encoder: %s\n", codec, r) }
		set.Reserve(a.places[codec], client.ReservationEvents{
			Token: func(t client.Token) { a.recorder.reserved(codec, t) }, Refused: lost, Dropped: lost,
		})
	}
}

// limitsWithin bounds the wait for encapp to say what it is.
const limitsWithin = 10 * time.Second

// encoderDevice asks encapp what it would attach: only it knows, and it alone
// links what knows.
func encoderDevice(o options, codec string) (d bufcore.Device, err error) {
	path, err := findEncapp(o.encapp)
	if err != nil {
		return d, err
	}
	args := []string{"limits", "--codec", codec}
	if o.needs != "" {
		args = append(args, "--needs", o.needs)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limitsWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	if err != nil {
		return d, fmt.Errorf("encapp limits --codec %s: %w", codec, err)
	}
	return d, nil
}
