package demo

import (
	"context"
	"fmt"
	"os"
	"time"
)

const (
	// countPatience is a little longer than the compositor's own.
	countPatience = 65 * time.Second
	// headerBytes is more than a recording has before its first fragment.
	headerBytes = 4 << 10
)

// recorded waits until n frames have been shown since the recording's first
// fragment was written, or until no encoder is running.
func (s *session) recorded(ctx context.Context, n uint64) error {
	if n == 0 {
		return nil
	}
	if err := s.poll(ctx, countPatience, func() bool { return !s.recording() || s.writing() }); err != nil {
		return err
	}
	if !s.writing() {
		return nil
	}
	shown, err := s.shown(ctx)
	if err != nil {
		return err
	}
	_, err = s.console.ask(ctx, countPatience, fmt.Sprintf("wait frames %d", shown+n))
	return err
}

func (s *session) writing() bool {
	stat, err := os.Stat(s.place.file(recordingName))
	return err == nil && stat.Size() > headerBytes
}

// shown asks the compositor how many frames it has shown so far.
func (s *session) shown(ctx context.Context) (uint64, error) {
	path := s.place.report("compositor")
	if _, err := s.console.ask(ctx, askPatience, "report "+path); err != nil {
		return 0, err
	}
	r, err := readReport("compositor", path, nil)
	if err != nil {
		return 0, err
	}
	if r.Preview == nil {
		return 0, lacks("compositor", "preview")
	}
	return r.Preview.Frames, nil
}
