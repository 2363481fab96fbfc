// Package arch checks the plan of the house on the source text: who may import
// whom, which technology lives in which room, where a clock may be read, and
// the habits that no compiler knows. The plan itself is in house.go, one line a
// fact; extend it there. The package is used by its own test only and knows
// nothing but text.
package arch

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Violation is one breach of the plan.
type Violation struct {
	File string // path in the tree, with the line: "internal/x/y.go:12"
	Why  string // one sentence that says what to do instead
}

func (v Violation) String() string { return v.File + ": " + v.Why }

// Module is the name that the project's own import paths begin with.
const Module = "buhuo"

// Check reads every source file below root and returns all breaches, by file.
// A Go file that does not parse is an error.
func Check(root fs.FS) ([]Violation, error) {
	c := &checker{}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			if name != "." && (skipped(entry.Name()) || isOtherModule(root, name)) {
				return fs.SkipDir
			}
			return nil
		}
		return c.file(root, name)
	})
	slices.SortStableFunc(c.found, func(a, b Violation) int { return strings.Compare(a.File, b.File) })
	return c.found, err
}

// skipped are folders that hold no source of ours.
func skipped(dir string) bool {
	return strings.HasPrefix(dir, ".") || strings.HasPrefix(dir, "_") ||
		slices.Contains([]string{"testdata", "vendor", "node_modules", "bin", "data", "demo-data"}, dir)
}

func isOtherModule(root fs.FS, dir string) bool {
	_, err := fs.Stat(root, path.Join(dir, "go.mod"))
	return err == nil
}

type checker struct{ found []Violation }

func (c *checker) add(file string, line int, format string, args ...any) {
	c.found = append(c.found, Violation{fmt.Sprintf("%s:%d", file, line), fmt.Sprintf(format, args...)})
}

func (c *checker) file(root fs.FS, name string) error {
	ext := path.Ext(name)
	if ext != ".go" && ext != ".templ" && ext != ".sql" {
		return nil
	}
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return err
	}
	switch ext {
	case ".templ":
		c.templ(name, text)
	case ".sql":
		c.sqlText(name, 1, string(text))
	case ".go":
		return c.goFile(name, text)
	}
	return nil
}

func (c *checker) goFile(name string, text []byte) error {
	if strings.HasSuffix(name, "_test.go") || bytes.HasPrefix(text, []byte("//go:build ignore")) {
		return nil // a test may use everything the language lets it import
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	here := locate(path.Dir(name))
	if here.kind == unknown {
		c.add(name, 1, "the folder %s has no place in the plan; add it to a list in internal/arch/house.go", path.Dir(name))
		return nil
	}
	for _, spec := range file.Imports {
		c.imported(name, set.Position(spec.Pos()).Line, here, strings.Trim(spec.Path.Value, `"`))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if n != nil {
			c.node(name, set.Position(n.Pos()).Line, here, n)
		}
		return true
	})
	return nil
}

// imported checks one import against the plan.
func (c *checker) imported(file string, line int, here place, imp string) {
	if own, ok := strings.CutPrefix(imp, Module+"/"); ok {
		if why := mayImport(here, locate(own)); why != "" {
			c.add(file, line, "%s may not import %s: %s", here.path, own, why)
		}
		return
	}
	if !strings.Contains(strings.Split(imp, "/")[0], ".") {
		if slices.Contains(closedStd[here.kind], imp) {
			c.add(file, line, "%s may not import %s: %s", here.path, imp, closedWhy[here.kind])
		}
		return
	}
	if here.kind == support {
		return
	}
	for _, tech := range technologies {
		if imp != tech.module && !strings.HasPrefix(imp, tech.module+"/") {
			continue
		}
		if !slices.ContainsFunc(tech.rooms, func(room string) bool { return within(room, here.path) }) {
			c.add(file, line, "%s may not import %s, which lives in %s only", here.path, imp, strings.Join(tech.rooms, ", "))
		}
		return
	}
	c.add(file, line, "%s is not in the list of technologies in internal/arch/house.go; add it with the rooms that may use it", imp)
}

// within reports whether dir is the room or, for a room that ends in "/...",
// lies in it. A "*" stands for any part of one path element.
func within(room, dir string) bool {
	if tree, ok := strings.CutSuffix(room, "/..."); ok {
		n := strings.Count(tree, "/") + 1
		parts := strings.Split(dir, "/")
		if len(parts) < n {
			return false
		}
		room, dir = tree, strings.Join(parts[:n], "/")
	}
	ok, err := path.Match(room, dir)
	return ok && err == nil
}
