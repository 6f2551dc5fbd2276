// Command protogen makes typed Go for both ends of Wayland protocols.
//
// It reads protocol files in the Wayland XML schema, as a manifest names them,
// and writes beside the manifest a Go file for each, a test that sends every
// message through both ends, and the message tables of README.md. It copies
// names and numbers from files that are not the project's own, no prose.
//
// A file that comes from the system is used only if its SHA-256 is the one that
// the manifest records; otherwise it is skipped with a line that says so, and
// what was generated before stays. With -update the file is used and its hash
// recorded.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	flags := flag.NewFlagSet("protogen", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "usage: protogen [-check | -update] MANIFEST")
		flags.PrintDefaults()
	}
	check := flags.Bool("check", false, "compare with what is there, write nothing")
	update := flags.Bool("update", false, "take the system's files as they are and record their hashes")
	if err := flags.Parse(os.Args[1:]); err != nil || flags.NArg() != 1 || *check && *update {
		if err == nil {
			flags.Usage()
		}
		os.Exit(64)
	}
	if err := run(flags.Arg(0), *check, *update, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string, check, update bool, log io.Writer) error {
	m, err := readManifest(path)
	if err != nil {
		return err
	}
	protocols, err := m.load(update, log)
	if err != nil {
		return err
	}
	outputs, err := generate(m, protocols)
	if err != nil {
		return err
	}
	if check {
		return compare(outputs)
	}
	if update {
		if err := m.write(path); err != nil {
			return err
		}
	}
	return write(outputs)
}
