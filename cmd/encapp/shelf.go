package main

import (
	"errors"

	"twostep/fourcc"
	"twostep/internal/encoder"
)

// shelf has codecs that are open before anybody records, one of each kind that
// is wanted. The owner has it; each is opened on a goroutine of its own.
type shelf struct {
	codecs        []string
	width, height int                    // pixels; 0: not known yet
	formats       map[string]fourcc.Code // that each codec had to read last
	open          map[string]*opening
	told          bool // that all are there; the next recording makes it untrue
}

// opening is a codec that is open, or is being opened.
type opening struct {
	done     chan struct{} // closed when what follows is set
	recorder *encoder.Recorder
	err      error
}

func newShelf(codecs []string) *shelf {
	return &shelf{codecs: codecs, formats: make(map[string]fourcc.Code), open: make(map[string]*opening)}
}

func newOpening(c encoder.Config) *opening {
	o := &opening{done: make(chan struct{})}
	go func() {
		defer close(o.done)
		o.recorder, o.err = encoder.Open(c)
	}()
	return o
}

// resize has all codecs opened for another extent.
func (s *shelf) resize(width, height int) error {
	if s.width == width && s.height == height {
		return nil
	}
	err := s.close()
	s.width, s.height, s.told = width, height, false
	s.fill()
	return err
}

// fill opens what is not there. That a codec cannot be opened is found out by
// whoever wants it.
func (s *shelf) fill() {
	if s.width == 0 {
		return
	}
	for _, c := range s.codecs {
		if s.open[c] == nil {
			s.open[c] = newOpening(encoder.Config{Codec: c, Format: s.formats[c], Width: s.width, Height: s.height})
		}
	}
}

// take returns what is open of a codec, if anything, and has the next opened for
// the same format.
func (s *shelf) take(codec string, format fourcc.Code) *opening {
	s.formats[codec] = format
	o := s.open[codec]
	delete(s.open, codec)
	return o
}

// lacking is closed when a codec is open that was not, nil if there is none.
func (s *shelf) lacking() <-chan struct{} {
	for _, o := range s.open {
		select {
		case <-o.done:
		default:
			return o.done
		}
	}
	return nil
}

// ready says, once, that all codecs are open.
func (s *shelf) ready() bool {
	if s.told || len(s.open) < len(s.codecs) || s.lacking() != nil {
		return false
	}
	s.told = true
	return true
}

// close waits for what is being opened, and closes it.
func (s *shelf) close() error {
	var errs error
	for c, o := range s.open {
		errs = errors.Join(errs, o.close())
		delete(s.open, c)
	}
	return errs
}

func (o *opening) close() error {
	<-o.done
	if o.err != nil {
		return nil
	}
	return o.recorder.Close()
}

// suiting waits for a codec that suits c and layout: the one that is open, or
// another. o may be nil.
func (o *opening) suiting(c encoder.Config, l fourcc.Layout) (*encoder.Recorder, error) {
	if o == nil {
		return encoder.Open(c)
	}
	<-o.done
	if o.err == nil && o.recorder.Suits(l) {
		return o.recorder, nil
	}
	if err := o.close(); err != nil {
		return nil, err
	}
	return encoder.Open(c)
}
