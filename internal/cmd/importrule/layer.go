package main

import (
	"fmt"
	"slices"
	"strings"
)

const module = "twostep"

// layers are in the order of the imports: a package may import only packages of
// earlier layers, and those of its own tree. A path stands for the packages
// beneath it too, unless they are listed themselves.
var layers = [][]string{
	{"fourcc", "assets", "internal/sys", "internal/exit", "internal/steps", "internal/testmain", "internal/golden", "internal/cclient"},
	{"internal/wire", "internal/stamp", "internal/copier", "internal/stage"},
	{"bufcore", "protocol"},
	{"client", "render", "bufcore/heap"},
	{"internal/standby"},
	{"internal/compositor", "internal/camera", "internal/encoder", "internal/demo", "internal/lab", "internal/guest"},
	{"cmd", "internal/cmd", "examples", "test"},
}

// tree returns the longest listed path that holds the package, and its layer.
func tree(importPath string) (string, int, bool) {
	path := strings.TrimPrefix(importPath, module+"/")
	best, at := "", -1
	for i, layer := range layers {
		for _, root := range layer {
			if within(path, root) && len(root) > len(best) {
				best, at = root, i
			}
		}
	}
	return best, at, at >= 0
}

func within(path, root string) bool {
	return path == root || strings.HasPrefix(path, root+"/")
}

// direction checks that the package's imports point to earlier layers. Tests
// may import what they like.
func direction(p listed) []string {
	root, at, ok := tree(p.ImportPath)
	if !ok {
		return []string{p.ImportPath + ": is in no layer; add it to internal/cmd/importrule"}
	}
	var breaches []string
	for _, imported := range p.Imports {
		if !strings.HasPrefix(imported, module+"/") {
			continue
		}
		if other, under, ok := tree(imported); ok && under >= at && other != root {
			breaches = append(breaches, fmt.Sprintf("%s: imports %s, which is not beneath it", p.ImportPath, imported))
		}
	}
	return breaches
}

// restriction keeps an import to a few packages.
type restriction struct {
	imported string // and what is beneath it
	by       []string
	tests    bool // holds for tests too
}

var restrictions = []restriction{
	{"golang.org/x/sys/unix", []string{"internal/sys"}, true},
	{"C", []string{"render/gl", "cmd/compositor", "internal/encoder"}, true},
	{"github.com/go-gl/gl", []string{"render/gl"}, true},
	{"github.com/go-gl/glfw", []string{"cmd/compositor"}, true},
	{module + "/render/gl", []string{"cmd/compositor"}, false},
	{module + "/internal/encoder", []string{"cmd/encapp"}, false},
}

func (r restriction) breaches(p listed) []string {
	if slices.ContainsFunc(r.by, func(root string) bool { return within(p.ImportPath, module+"/"+root) }) ||
		within(p.ImportPath, r.imported) {
		return nil
	}
	imports := slices.Clone(p.Imports)
	if r.tests {
		imports = slices.Concat(imports, p.TestImports, p.XTestImports)
	}
	slices.Sort(imports)
	var found []string
	for _, imported := range slices.Compact(imports) {
		if within(imported, r.imported) {
			found = append(found, fmt.Sprintf("%s: imports %s, which is for %s alone",
				p.ImportPath, imported, strings.Join(r.by, ", ")))
		}
	}
	return found
}

func check(packages []listed) []string {
	var breaches []string
	for _, p := range packages {
		breaches = append(breaches, direction(p)...)
		for _, r := range restrictions {
			breaches = append(breaches, r.breaches(p)...)
		}
		if isPure(p.ImportPath) {
			breaches = append(breaches, banned(p)...)
		}
	}
	return breaches
}
