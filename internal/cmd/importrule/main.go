// Command importrule checks who imports whom: that imports point one way, that
// system calls and cgo stay where they belong, and that bufcore stays pure. It
// prints every breach and exits 1 if there is one.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"twostep/internal/exit"
)

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath   string
	Dir          string
	GoFiles      []string
	CgoFiles     []string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func main() {
	exit.Main("importrule", func() error { return run(".", os.Stdout) })
}

func run(dir string, out io.Writer) error {
	packages, err := list(dir)
	if err != nil {
		return err
	}
	breaches := check(packages)
	for _, p := range packages {
		if !isPure(p.ImportPath) {
			continue
		}
		more, err := checkSource(p)
		if err != nil {
			return err
		}
		breaches = append(breaches, more...)
	}
	for _, breach := range breaches {
		fmt.Fprintln(out, breach)
	}
	if len(breaches) > 0 {
		return fmt.Errorf("breaches of the import rule: %d", len(breaches))
	}
	return nil
}

// list asks with cgo on: without it, files that import "C" are not listed. What
// does not build is listed all the same: that is for the compiler to say.
func list(dir string) ([]listed, error) {
	const fields = "ImportPath,Dir,GoFiles,CgoFiles,Imports,TestImports,XTestImports"
	cmd := exec.Command("go", "list", "-e", "-json="+fields, module+"/...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return decode(&stdout)
}

func decode(r io.Reader) ([]listed, error) {
	var packages []listed
	for dec := json.NewDecoder(r); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages, nil
		}
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		packages = append(packages, p)
	}
}

func checkSource(p listed) ([]string, error) {
	var breaches []string
	for _, name := range p.GoFiles {
		path := filepath.Join(p.Dir, name)
		source, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		found, err := impure(p.ImportPath+"/"+name, source)
		if err != nil {
			return nil, err
		}
		breaches = append(breaches, found...)
	}
	return breaches, nil
}
