package main

import (
	"errors"
	"fmt"
	"slices"

	"twostep/fourcc"
	"twostep/internal/camera"
	"twostep/internal/exit"
)

// openSource opens what --source names; auto is the first camera there is, and
// otherwise the pattern.
func openSource(o options) (camera.Source, error) {
	path := o.source
	if path == "auto" {
		path = "pattern"
		if found, ok := camera.FindV4L2(); ok && !o.step {
			path = found
		}
	}
	var source camera.Source
	var err error
	if path == "pattern" {
		source, err = openPattern(o)
	} else {
		source, err = camera.OpenV4L2(path, camera.V4L2Config{
			Width: o.width, Height: o.height, Num: o.fps, Den: 1, Fourcc: o.fourcc, Stamp: o.stamp,
		})
	}
	if err != nil {
		return nil, &exit.Error{Code: cameraCode(err), Err: err}
	}
	return source, nil
}

func openPattern(o options) (camera.Source, error) {
	p, err := camera.NewPattern(camera.PatternConfig{Width: o.width, Height: o.height, Num: o.fps, Den: 1, Stepped: o.step})
	if err != nil {
		return nil, err
	}
	if o.fourcc != 0 && !p.Offers(o.fourcc) {
		e := &camera.NotOfferedError{Path: "pattern", Asked: o.fourcc.String()}
		for _, f := range p.Formats() {
			e.Offered = append(e.Offered, f.Code.String())
		}
		return nil, errors.Join(e, p.Close())
	}
	return p, nil
}

func cameraCode(err error) int {
	switch {
	case errors.Is(err, camera.ErrBusy):
		return exit.Busy
	case errors.Is(err, camera.ErrNotOffered):
		return exit.Usage
	case errors.Is(err, camera.ErrPermission):
		return exit.Permission
	case errors.Is(err, camera.ErrNoDevice):
		return exit.NoDevice
	}
	return exit.IO
}

// preferring returns formats with those of code first.
func preferring(code fourcc.Code, formats []fourcc.Format) []fourcc.Format {
	formats = slices.Clone(formats)
	slices.SortStableFunc(formats, func(a, b fourcc.Format) int {
		return rank(code, a) - rank(code, b)
	})
	return formats
}

func rank(code fourcc.Code, f fourcc.Format) int {
	if f.Code == code {
		return 0
	}
	return 1
}

// rateOf is a source's rate, in frames a second.
func rateOf(s camera.Source) float64 {
	num, den := s.Rate()
	return float64(num) / float64(den)
}

// describe says which source it is: "pattern, 1280x720 at 30 fps".
func describe(s camera.Source) string {
	w, h := s.Extent()
	return fmt.Sprintf("%s, %dx%d at %.4g fps", s.Name(), w, h, rateOf(s))
}
