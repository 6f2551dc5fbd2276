package steps

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// constants are the points of steps.go by the names that they have there.
func constants(t *testing.T) map[string]Point {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "steps.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]Point{}
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			if typ, ok := v.Type.(*ast.Ident); ok && typ.Name == "Point" {
				found[v.Names[0].Name] = Point(strings.Trim(v.Values[0].(*ast.BasicLit).Value, `"`))
			}
		}
	}
	return found
}

// uses are the arguments of all calls of steps.At outside of tests, with where
// they are.
func uses(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 || !selects(call.Fun, "At") {
				return true
			}
			arg, ok := call.Args[0].(*ast.SelectorExpr)
			if !ok || !selects(arg, arg.Sel.Name) {
				t.Errorf("%v: a point that is not named in steps.go", set.Position(call.Pos()))
				return true
			}
			found[arg.Sel.Name] = append(found[arg.Sel.Name], set.Position(call.Pos()).String())
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// selects says that an expression is steps.name.
func selects(e ast.Expr, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	pkg, ok := s.X.(*ast.Ident)
	return ok && pkg.Name == "steps"
}

func TestEveryPointIsListedOnceAndUsed(t *testing.T) {
	declared, used := constants(t), uses(t)
	if len(declared) != len(Points) {
		t.Errorf("%d points declared, %d listed", len(declared), len(Points))
	}
	for name, p := range declared {
		if !slices.Contains(Points, p) {
			t.Errorf("%s is not listed", name)
		}
		if len(used[name]) == 0 {
			t.Errorf("%s is used nowhere", name)
		}
	}
	for name, where := range used {
		if _, ok := declared[name]; !ok {
			t.Errorf("steps.%s of %v is no point", name, where)
		}
	}
	sorted := slices.Clone(Points)
	slices.Sort(sorted)
	if len(slices.Compact(sorted)) != len(Points) {
		t.Error("a point is listed twice")
	}
}
