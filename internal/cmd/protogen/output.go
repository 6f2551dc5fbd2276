package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// output is a file as it should be.
type output struct {
	path string
	text []byte
}

// generate returns the files that protocols give; nil protocols were skipped.
func generate(m *manifest, protocols []*protocol) ([]output, error) {
	if err := resolve(m, protocols); err != nil {
		return nil, err
	}
	var all []output
	for i, proto := range protocols {
		if proto == nil {
			continue
		}
		made, err := m.outputs(m.Sources[i], proto)
		if err != nil {
			return nil, err
		}
		all = append(all, made...)
	}
	return all, nil
}

func (m *manifest) outputs(s *source, proto *protocol) ([]output, error) {
	makers := []struct {
		name string
		make func(path string) ([]byte, error)
	}{
		{s.Output, func(string) ([]byte, error) { return m.code(proto, emit) }},
		{s.Echo, func(string) ([]byte, error) { return m.code(proto, emitEchoes) }},
		{s.Readme, func(path string) ([]byte, error) {
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			return readme(text, proto)
		}},
	}
	var all []output
	for _, maker := range makers {
		if maker.name == "" {
			continue
		}
		path := filepath.Join(m.dir, maker.name)
		text, err := maker.make(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, output{path, text})
	}
	return all, nil
}

func (m *manifest) code(proto *protocol, emit func(*printer, *protocol)) ([]byte, error) {
	var p printer
	emit(&p, proto)
	return p.file(m.Package, m.FD, m.Wire)
}

func write(all []output) error {
	for _, o := range all {
		if err := os.WriteFile(o.path, o.text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// compare returns an error that names every file that is not as it should be.
func compare(all []output) error {
	var faults []error
	for _, o := range all {
		have, err := os.ReadFile(o.path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			faults = append(faults, fmt.Errorf("%s is missing: run go generate ./protocol", o.path))
		case err != nil:
			faults = append(faults, err)
		case !bytes.Equal(have, o.text):
			faults = append(faults, fmt.Errorf("%s:%d: out of date: run go generate ./protocol", o.path, firstDifference(have, o.text)))
		}
	}
	return errors.Join(faults...)
}

// firstDifference returns the first line in which a and b differ.
func firstDifference(a, b []byte) int {
	line := 1
	for i := 0; i < len(a) && i < len(b) && a[i] == b[i]; i++ {
		if a[i] == '\n' {
			line++
		}
	}
	return line
}
