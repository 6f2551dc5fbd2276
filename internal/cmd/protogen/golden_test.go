package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

const goldenManifest = "testdata/golden.json"

func TestGolden(t *testing.T) {
	if *updateGolden {
		if err := run(goldenManifest, false, false, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(goldenManifest, true, false, io.Discard); err != nil {
		t.Errorf("%v (go test -update writes it anew)", err)
	}
}

func TestNoProseComesFromTheFile(t *testing.T) {
	for _, name := range []string{"golden.golden", "golden_echo.golden"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(bytes.ToLower(text), []byte("prose")) {
			t.Errorf("%s has prose", name)
		}
	}
}

// copyGolden returns a directory of the test's own with the golden files.
func copyGolden(t *testing.T) (manifest string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "golden.json")
}

func edit(t *testing.T, path, old, new string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("%s has no %q", path, old)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), old, new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCheckNamesTheFileAndLineThatDiffer(t *testing.T) {
	manifest := copyGolden(t)
	golden := filepath.Join(filepath.Dir(manifest), "golden.golden")
	edit(t, golden, "package golden", "package olden")
	err := run(manifest, true, false, io.Discard)
	if err == nil || !strings.Contains(err.Error(), golden+":3: out of date") {
		t.Errorf("error %v", err)
	}
	if err := os.Remove(golden); err != nil {
		t.Fatal(err)
	}
	if err := run(manifest, true, false, io.Discard); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("error %v", err)
	}
	if err := run(manifest, false, false, io.Discard); err != nil {
		t.Error(err)
	}
	if err := run(manifest, true, false, io.Discard); err != nil {
		t.Error(err)
	}
}

func TestReadmeWithoutMarkersIsAnError(t *testing.T) {
	manifest := copyGolden(t)
	readme := filepath.Join(filepath.Dir(manifest), "golden.md")
	edit(t, readme, tablesEnd, "")
	err := run(manifest, true, false, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "golden.md: no lines") {
		t.Errorf("error %v", err)
	}
}

// fakeSystem puts a pkg-config first in PATH that knows the package "known",
// whose directory is that of the manifest.
func fakeSystem(t *testing.T, manifest string) {
	t.Helper()
	bin := t.TempDir()
	script := "#!/bin/sh\n[ \"$2\" = known ] && echo '" + filepath.Dir(manifest) + "'\n"
	if err := os.WriteFile(filepath.Join(bin, "pkg-config"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
}

func TestSystemFilesAreSkippedLoudlyUnlessTheyAreTheRecordedOnes(t *testing.T) {
	const source = `"xml": "golden.xml",`
	tests := []struct {
		name, system, log string
	}{
		{"another hash", `"xml": "golden.xml", "pkg": "known", "sha256": "00ff",`, "has SHA-256"},
		{"no file", `"xml": "absent.xml", "pkg": "known",`, "absent.xml is not installed"},
		{"no package", `"xml": "golden.xml", "pkg": "unknown",`, "pkg-config does not know unknown"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			manifest := copyGolden(t)
			fakeSystem(t, manifest)
			edit(t, manifest, source, test.system)
			// Were it not skipped, this would not be its output.
			edit(t, filepath.Join(filepath.Dir(manifest), "golden.golden"), "package golden", "package olden")
			var log strings.Builder
			if err := run(manifest, true, false, &log); err != nil {
				t.Error(err)
			}
			if got := log.String(); !strings.Contains(got, "SKIPPED golden.golden") || !strings.Contains(got, test.log) {
				t.Errorf("log %q, want %q", got, test.log)
			}
		})
	}
}

func TestUpdateRecordsTheSystemsFile(t *testing.T) {
	manifest := copyGolden(t)
	fakeSystem(t, manifest)
	edit(t, manifest, `"xml": "golden.xml",`, `"xml": "golden.xml", "pkg": "known",`)
	if err := run(manifest, false, true, io.Discard); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	if err := run(manifest, true, false, &log); err != nil || log.Len() > 0 {
		t.Errorf("%v, log %q", err, log.String())
	}
}

func TestManifestMistakes(t *testing.T) {
	tests := []struct {
		name, old, new, want string
	}{
		{"unknown field", `"package"`, `"pakage"`, `unknown field "pakage"`},
		{"no such file", `"xml": "golden.xml"`, `"xml": "absent.xml"`, "absent.xml: no such file"},
		{"no such interface", `"golden_other"`, `"golden_absent"`, "golden.xml:1: the manifest asks for interface golden_absent"},
		{"version too new", `"golden_thing_v1": 2`, `"golden_thing_v1": 4`, "golden.xml:4: interface golden_thing_v1: the manifest asks for version 4 of 1 to 3"},
		{"needed interface left out", `"golden_other": 1,`, ``, `golden.xml:17: argument id: unknown interface "golden_other"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			manifest := copyGolden(t)
			edit(t, manifest, test.old, test.new)
			err := run(manifest, true, false, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}
