package lint

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

// The size budget, in lines.
const (
	functionP95, functionMax = 40, 80
	fileP95, fileMax         = 450, 700
)

func TestFunctionSizes(t *testing.T) {
	var sizes []int
	eachFile(t, func(set *token.FileSet, path string, f *ast.File) {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || strings.HasSuffix(path, "_test.go") {
				continue
			}
			n := set.Position(fn.End()).Line - set.Position(fn.Pos()).Line + 1
			sizes = append(sizes, n)
			if n > functionMax {
				t.Errorf("%s: function %s has %d lines, at most %d: split it", set.Position(fn.Pos()), fn.Name.Name, n, functionMax)
			}
		}
	})
	within(t, "function", sizes, functionP95)
}

func TestFileSizes(t *testing.T) {
	var sizes []int
	eachFile(t, func(set *token.FileSet, path string, f *ast.File) {
		n := set.Position(f.End()).Line
		if !strings.HasSuffix(path, "_test.go") {
			sizes = append(sizes, n)
		}
		if n > fileMax {
			t.Errorf("%s has %d lines, at most %d: split it", path, n, fileMax)
		}
	})
	within(t, "file", sizes, fileP95)
}

func within(t *testing.T, what string, sizes []int, p95 int) {
	slices.Sort(sizes)
	if got := sizes[len(sizes)*95/100]; got > p95 {
		t.Errorf("the 95th percentile of %s lengths is %d lines, at most %d", what, got, p95)
	}
}

func TestExportedNamesHaveComments(t *testing.T) {
	eachFile(t, func(set *token.FileSet, path string, f *ast.File) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		for _, d := range f.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s: %s has no doc comment", set.Position(d.Pos()), name)
			}
		}
	})
}

func undocumented(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || receiverExported(d)) {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		return undocumentedSpecs(d)
	}
	return nil
}

func receiverExported(d *ast.FuncDecl) bool {
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if generic, ok := typ.(*ast.IndexExpr); ok {
		typ = generic.X
	}
	name, ok := typ.(*ast.Ident)
	return ok && name.IsExported()
}

func undocumentedSpecs(d *ast.GenDecl) (names []string) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
				names = append(names, s.Name.Name)
			}
		case *ast.ValueSpec:
			for _, n := range s.Names {
				if n.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}

func TestPackagesHaveComments(t *testing.T) {
	documented := map[string]bool{}
	eachFile(t, func(_ *token.FileSet, path string, f *ast.File) {
		if !strings.HasSuffix(path, "_test.go") {
			dir := filepath.Dir(path)
			documented[dir] = documented[dir] || f.Doc != nil
		}
	})
	for dir, ok := range documented {
		if !ok {
			t.Errorf("%s: the package has no comment", dir)
		}
	}
}

func eachFile(t *testing.T, f func(*token.FileSet, string, *ast.File)) {
	t.Helper()
	set := token.NewFileSet()
	err := filepath.WalkDir("../../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err == nil {
			f(set, path, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
