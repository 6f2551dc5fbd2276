package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// isPure reports the packages that know no system call, no clock and no
// goroutine: bufcore without its heaps.
func isPure(importPath string) bool {
	root, _, _ := tree(importPath)
	return root == "bufcore"
}

var bannedRoots = []string{"net", "os", "sync", "unsafe", "runtime", "io/ioutil", "internal"}

func banned(p listed) []string {
	var breaches []string
	for _, imported := range p.Imports {
		if slices.ContainsFunc(bannedRoots, func(root string) bool { return within(imported, root) }) {
			breaches = append(breaches, fmt.Sprintf("%s: imports %s, but is to stay pure", p.ImportPath, imported))
		}
	}
	return breaches
}

// allowed says which names of a package a pure one may use.
var allowed = map[string]*regexp.Regexp{
	"syscall": regexp.MustCompile(`^(E[A-Z0-9]+|Errno)$`),
	"time":    regexp.MustCompile(`^(Duration|Nanosecond|Microsecond|Millisecond|Second|Minute|Hour)$`),
}

// impure finds go statements and forbidden names in one file.
func impure(name string, source []byte) ([]string, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, 0)
	if err != nil {
		return nil, err
	}
	imports := importNames(file)
	var breaches []string
	add := func(at token.Pos, what string) {
		breaches = append(breaches, fmt.Sprintf("%v: %s", files.Position(at), what))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			add(n.Pos(), "go statement in a pure package")
		case *ast.SelectorExpr:
			if of, ok := n.X.(*ast.Ident); ok && forbidden(imports[of.Name], n.Sel.Name) {
				add(n.Pos(), imports[of.Name]+"."+n.Sel.Name+" in a pure package")
			}
		}
		return true
	})
	return breaches, nil
}

func forbidden(path, name string) bool {
	names, restricted := allowed[path]
	return restricted && !names.MatchString(name)
}

// importNames maps the names that a file gives to its imports to their paths.
func importNames(file *ast.File) map[string]string {
	names := make(map[string]string)
	for _, spec := range file.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = path
	}
	return names
}
