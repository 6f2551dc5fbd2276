package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestBreachesAreFound(t *testing.T) {
	cases := []struct {
		name string
		p    listed
		want string // part of the one breach; empty: none
	}{
		{"downwards", listed{ImportPath: "twostep/client", Imports: []string{"twostep/protocol", "fmt"}}, ""},
		{"upwards", listed{ImportPath: "twostep/protocol", Imports: []string{"twostep/client"}},
			"twostep/protocol: imports twostep/client, which is not beneath it"},
		{"sideways", listed{ImportPath: "twostep/protocol", Imports: []string{"twostep/bufcore"}}, "not beneath"},
		{"own tree", listed{ImportPath: "twostep/render/soft", Imports: []string{"twostep/render"}}, ""},
		{"heap is no part of the pure core", listed{ImportPath: "twostep/bufcore", Imports: []string{"twostep/bufcore/heap"}},
			"not beneath"},
		{"heap imports the core", listed{ImportPath: "twostep/bufcore/heap", Imports: []string{"twostep/bufcore", "os"}}, ""},
		{"tests may look up", listed{ImportPath: "twostep/protocol", XTestImports: []string{"twostep/client"}}, ""},
		{"no layer", listed{ImportPath: "twostep/attic"}, "is in no layer"},
		{"a name that begins alike", listed{ImportPath: "twostep/clients"}, "is in no layer"},

		{"unix in sys", listed{ImportPath: "twostep/internal/sys", Imports: []string{"golang.org/x/sys/unix"}}, ""},
		{"unix elsewhere", listed{ImportPath: "twostep/internal/wire", Imports: []string{"golang.org/x/sys/unix"}},
			"golang.org/x/sys/unix, which is for internal/sys alone"},
		{"unix in a test", listed{ImportPath: "twostep/internal/wire", TestImports: []string{"golang.org/x/sys/unix"}}, "alone"},
		{"cgo in gl", listed{ImportPath: "twostep/render/gl", Imports: []string{"C"}}, ""},
		{"cgo elsewhere", listed{ImportPath: "twostep/render/soft", Imports: []string{"C"}}, "imports C"},
		{"gl elsewhere", listed{ImportPath: "twostep/cmd/compositor", Imports: []string{"github.com/go-gl/gl/v3.3-core/gl"}}, "alone"},
		{"libav in encapp", listed{ImportPath: "twostep/cmd/encapp", Imports: []string{"twostep/internal/encoder"}}, ""},
		{"libav in twostep", listed{ImportPath: "twostep/cmd/twostep", Imports: []string{"twostep/internal/encoder"}},
			"which is for cmd/encapp alone"},

		{"core on the net", listed{ImportPath: "twostep/bufcore", Imports: []string{"net/netip"}}, "stay pure"},
		{"core with locks", listed{ImportPath: "twostep/bufcore", Imports: []string{"sync/atomic"}}, "stay pure"},
		{"core beneath", listed{ImportPath: "twostep/bufcore/solve", Imports: []string{"unsafe"}}, "stay pure"},
		{"core with errno", listed{ImportPath: "twostep/bufcore", Imports: []string{"syscall"}}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := check([]listed{c.p})
			switch {
			case c.want == "" && len(got) > 0:
				t.Errorf("breaches %q, want none", got)
			case c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)):
				t.Errorf("breaches %q, want one with %q", got, c.want)
			}
		})
	}
}

func TestImpureSourceIsNamedWithItsLine(t *testing.T) {
	const source = `package bufcore

import (
	"syscall"
	clock "time"
)

var busy = syscall.EBUSY
var wait clock.Duration = clock.Second

func f() {
	go f()
	_ = clock.Now()
	syscall.Close(1)
	var time struct{ Now int }
	_ = time.Now
}
`
	want := []string{
		"set.go:12:2: go statement in a pure package",
		"set.go:13:6: time.Now in a pure package",
		"set.go:14:2: syscall.Close in a pure package",
	}
	if got, err := impure("set.go", []byte(source)); err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	if _, err := impure("set.go", []byte("packag")); err == nil || !strings.Contains(err.Error(), "set.go:1") {
		t.Errorf("bad source: %v", err)
	}
}

func TestListingIsDecoded(t *testing.T) {
	got, err := decode(strings.NewReader(`{"ImportPath":"a","Imports":["C"]} {"ImportPath":"b"}`))
	if err != nil || len(got) != 2 || got[0].Imports[0] != "C" || got[1].ImportPath != "b" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := decode(strings.NewReader(`{"ImportPath":`)); err == nil {
		t.Error("a listing cut short was taken")
	}
}

// writeModule writes a module of the files given and returns its directory.
func writeModule(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"] = "module twostep\n\ngo 1.26\n"
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestModuleThatKeepsTheRulePasses(t *testing.T) {
	dir := writeModule(t, map[string]string{
		"bufcore/set.go":         "package bufcore\n\nimport _ \"twostep/fourcc\"\n",
		"fourcc/code.go":         "package fourcc\n",
		"render/gl/gl.go":        "package gl\n\nimport \"C\"\n",
		"cmd/compositor/main.go": "package main\n\nimport _ \"twostep/render/gl\"\n\nfunc main() {}\n",
	})
	var out bytes.Buffer
	if err := run(dir, &out); err != nil || out.Len() > 0 {
		t.Errorf("%v, %q", err, out.String())
	}
}

func TestEveryBreachOfAModuleIsPrinted(t *testing.T) {
	dir := writeModule(t, map[string]string{
		"bufcore/set.go":   "package bufcore\n\nfunc f() {\n\tgo f()\n}\n",
		"fourcc/code.go":   "package fourcc\n\nimport _ \"twostep/bufcore\"\n",
		"render/soft/c.go": "package soft\n\nimport \"C\"\n",
	})
	var out bytes.Buffer
	err := run(dir, &out)
	if err == nil || err.Error() != "breaches of the import rule: 3" {
		t.Errorf("%v, want 3 breaches", err)
	}
	const want = `twostep/fourcc: imports twostep/bufcore, which is not beneath it
twostep/render/soft: imports C, which is for render/gl, cmd/compositor, internal/encoder alone
twostep/bufcore/set.go:4:2: go statement in a pure package
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestListingThatFailsIsReported(t *testing.T) {
	dir := writeModule(t, map[string]string{})
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("modul"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, &bytes.Buffer{}); err == nil || !strings.HasPrefix(err.Error(), "go list: ") {
		t.Errorf("%v, want go list's error", err)
	}
}

func TestTheLongestPathDecidesTheLayer(t *testing.T) {
	cases := []struct {
		path string
		root string
		ok   bool
	}{
		{"twostep/bufcore", "bufcore", true},
		{"twostep/bufcore/solve", "bufcore", true},
		{"twostep/bufcore/heap", "bufcore/heap", true},
		{"twostep/cmd/camapp", "cmd", true},
		{"twostep/internal/cmd/protogen", "internal/cmd", true},
		{"twostep/internal", "", false},
		{"twostep", "", false},
	}
	for _, c := range cases {
		if root, _, ok := tree(c.path); root != c.root || ok != c.ok {
			t.Errorf("%s: %q, %v, want %q, %v", c.path, root, ok, c.root, c.ok)
		}
	}
}
