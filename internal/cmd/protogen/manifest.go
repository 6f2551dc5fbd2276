package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// manifest says what is generated from which files.
type manifest struct {
	Package string    `json:"package"`
	Wire    string    `json:"wire"` // import path of the wire format
	FD      string    `json:"fd"`   // import path of the descriptor type
	Sources []*source `json:"sources"`

	dir string
}

// source is one protocol file.
type source struct {
	XML    string `json:"xml"`              // beside the manifest, or in the package's directory
	Pkg    string `json:"pkg,omitempty"`    // pkg-config package of a system file, or ""
	SHA256 string `json:"sha256,omitempty"` // of a system file
	Output string `json:"output"`
	Echo   string `json:"echo,omitempty"`   // test that echoes every message, or ""
	Readme string `json:"readme,omitempty"` // file with message tables, or ""

	// Interfaces has the version up to which an interface is generated. Empty
	// means all of them, whole.
	Interfaces map[string]int `json:"interfaces,omitempty"`

	// Prefix is cut off interface names, and with it a "_v1" at the end, before
	// they become Go's.
	Prefix string `json:"prefix,omitempty"`
}

func readManifest(path string) (*manifest, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m := &manifest{dir: filepath.Dir(path)}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(m); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func (m *manifest) write(path string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// names returns the source of every interface that the manifest lists.
func (m *manifest) names() map[string]*source {
	all := map[string]*source{}
	for _, s := range m.Sources {
		for name := range s.Interfaces {
			all[name] = s
		}
	}
	return all
}

// load parses the sources that may be used; the entries of the others are nil.
func (m *manifest) load(update bool, log io.Writer) ([]*protocol, error) {
	protocols := make([]*protocol, len(m.Sources))
	var faults []error
	for i, s := range m.Sources {
		p, err := m.loadSource(s, update)
		var skip *skipError
		switch {
		case errors.As(err, &skip):
			fmt.Fprintf(log, "protogen: SKIPPED %s: %v\n", s.Output, skip)
		case err != nil:
			faults = append(faults, err)
		default:
			protocols[i] = p
		}
	}
	return protocols, errors.Join(faults...)
}

// skipError says why a system file cannot be used here.
type skipError struct{ reason string }

func (e *skipError) Error() string { return e.reason }

func (m *manifest) loadSource(s *source, update bool) (*protocol, error) {
	path, err := m.locate(s)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if s.Pkg != "" && errors.Is(err, fs.ErrNotExist) {
		return nil, &skipError{fmt.Sprintf("%s is not installed", path)}
	} else if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	if hash := hex.EncodeToString(sum[:]); s.Pkg != "" && hash != s.SHA256 {
		if !update {
			return nil, &skipError{fmt.Sprintf("%s has SHA-256 %.12s, the manifest records %.12s", path, hash, s.SHA256)}
		}
		s.SHA256 = hash
	}
	return parse(path, text)
}

func (m *manifest) locate(s *source) (string, error) {
	if s.Pkg == "" {
		return filepath.Join(m.dir, s.XML), nil
	}
	dir, err := exec.Command("pkg-config", "--variable=pkgdatadir", s.Pkg).Output()
	if err != nil {
		return "", &skipError{fmt.Sprintf("pkg-config does not know %s: %v", s.Pkg, err)}
	}
	return filepath.Join(strings.TrimSpace(string(dir)), s.XML), nil
}
