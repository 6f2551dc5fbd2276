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

// begun waits, if frames are to be counted, until the recording's first
// fragment has been written or the encoder has ended, which leaves a report. It returns how many
// frames have to have been shown at the end; 0 sets no end.
func (s *session) begun(ctx context.Context) (uint64, error) {
	if s.opt.Frames == 0 {
		return 0, nil
	}
	err := s.poll(ctx, countPatience, func() bool { return s.writing() || s.reported() })
	if err != nil || !s.writing() {
		return 0, err
	}
	sent, err := s.sent(ctx)
	return sent + s.opt.Frames, err
}

// counted waits until so many frames have been shown in all.
func (s *session) counted(ctx context.Context, frames uint64) error {
	if frames == 0 {
		return nil
	}
	_, err := s.console.Ask(ctx, countPatience, fmt.Sprintf("wait frames %d", frames))
	return err
}

func (s *session) writing() bool {
	stat, err := os.Stat(s.place.File(recordingName))
	return err == nil && stat.Size() > headerBytes
}

func (s *session) reported() bool {
	_, err := os.Stat(s.place.Report("encapp"))
	return err == nil
}

// sent asks the compositor how many frames the camera has sent so far: no more
// than that have been shown.
func (s *session) sent(ctx context.Context) (uint64, error) {
	path := s.place.Report("compositor")
	if _, err := s.console.Ask(ctx, askPatience, "report "+path); err != nil {
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
