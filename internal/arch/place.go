package arch

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// kind is the sort of room a folder is.
type kind uint8

const (
	unknown kind = iota
	value        // rank 0
	kernel       // rank 1
	area         // rank 2
	plumb        // rank 3
	adapter      // rank 4
	top          // rank 5
	pureTop      // a pure folder below rank 5
	support      // for tests
)

// place is where a folder stands in the plan.
type place struct {
	path  string
	kind  kind
	order int    // in its list, for values, kernels, areas and adapters
	room  string // the first folder of a plumbing tree
	role  string // of an adapter: web, db, source, format, table, robot
	root  bool   // of source and format: the folder with the interface and the list's contract
}

// locate finds the place of a folder by the plan.
func locate(dir string) place {
	p := place{path: dir}
	in := func(room string) bool { return dir == room || strings.HasPrefix(dir, room+"/") }
	if name, _, ok := inList(dir, values); ok && dir == "internal/"+values[name] {
		p.kind, p.order = value, name
		return p
	}
	if slices.ContainsFunc(supports, in) || strings.HasPrefix(dir, "internal/") && isTestFolder(dir) {
		p.kind = support
		return p
	}
	if i, _, ok := inList(dir, kernels); ok {
		p.kind, p.order = kernel, i
		return p
	}
	if i, below, ok := inList(dir, areas); ok {
		p.kind, p.order = area, i
		p.role, p.root = roleOf(below)
		if p.role != "" {
			p.kind = adapter
		}
		return p
	}
	for room := range plumbing {
		if in(room) {
			p.kind, p.room = plumb, room
			return p
		}
	}
	switch {
	case slices.ContainsFunc(pureTops, in):
		p.kind = pureTop
	case slices.ContainsFunc(tops, in):
		p.kind = top
	}
	return p
}

// inList finds internal/<name>[/below] in a list of names.
func inList(dir string, names []string) (order int, below string, ok bool) {
	rest, found := strings.CutPrefix(dir, "internal/")
	if !found {
		return 0, "", false
	}
	name, below, _ := strings.Cut(rest, "/")
	order = slices.Index(names, name)
	return order, below, order >= 0
}

// isTestFolder knows contract suites by their name: stocktest, forecasttest.
func isTestFolder(dir string) bool {
	base := path.Base(dir)
	return len(base) > len("test") && strings.HasSuffix(base, "test") && strings.Count(dir, "/") >= 2
}

// roleOf tells the adapters among the folders below an area. Other folders
// there obey the rules of the area itself.
func roleOf(below string) (role string, root bool) {
	first, _, deeper := strings.Cut(below, "/")
	switch {
	case first == "source", first == "format":
		return first, !deeper
	case first == "table": // an export that the area's pages share with the command line
		return first, true
	case first == "robot": // calls other programs over the web
		return first, false
	case strings.HasSuffix(first, "web"):
		return "web", false
	case strings.HasSuffix(first, "db"):
		return "db", false
	}
	return "", false
}

// mayImport returns "" when from may import to, else the reason why not.
func mayImport(from, to place) string {
	switch {
	case to.kind == unknown:
		return "it has no place in the plan"
	case from.kind == support:
		return ""
	case to.kind == support:
		return "it serves tests only"
	case to.kind == value && from.kind != value:
		return ""
	}
	switch from.kind {
	case value:
		return valueMay(from, to)
	case kernel:
		if to.kind == kernel && to.order <= from.order {
			return ""
		}
		return "a kernel imports values, and kernels up to itself in " + strings.Join(kernels, " → ")
	case area:
		return areaMay(from, to)
	case plumb:
		return plumbMay(from, to)
	case adapter:
		return adapterMay(from, to)
	case pureTop:
		if to.kind == pureTop && strings.HasPrefix(to.path, from.path) {
			return ""
		}
		return "this folder promises to need nothing but values"
	}
	return ""
}

func valueMay(from, to place) string {
	if to.kind == value && to.order < from.order {
		return ""
	}
	return "a value imports only values before it in " + strings.Join(values, " → ")
}

func areaMay(from, to place) string {
	if to.kind == kernel || to.kind == area && to.order <= from.order {
		return ""
	}
	return "an area imports values, kernels, and areas up to itself in " + strings.Join(areas, " → ") +
		"; what it needs from elsewhere it declares as a small interface"
}

func plumbMay(from, to place) string {
	if to.kind == plumb {
		if to.room == from.room || slices.ContainsFunc(plumbing[from.room], func(room string) bool {
			return to.path == room || strings.HasPrefix(to.path, room+"/")
		}) {
			return ""
		}
	}
	if also := plumbing[from.room]; len(also) > 0 {
		return fmt.Sprintf("%s imports values and %s, never an area", from.room, strings.Join(also, ", "))
	}
	return from.room + " imports values only"
}

func adapterMay(from, to place) string {
	switch to.kind {
	case kernel:
		return ""
	case area:
		if to.order <= from.order {
			return ""
		}
		return "an adapter knows its own area and those before it in " + strings.Join(areas, " → ")
	case adapter:
		if to.order == from.order && to.root || path.Dir(to.path) == from.path || from.path == to.path {
			return ""
		}
		return "adapters do not know each other; an area's interface lies between them"
	case plumb:
		return adapterPlumb(from, to)
	}
	return "only the composition root imports that"
}

func adapterPlumb(from, to place) string {
	switch {
	case from.role != "db" && to.room == "internal/db":
		return "only *db folders talk to the database"
	case from.role == "db" && (to.room == "internal/web" || to.room == "views" || to.room == "static"):
		return "a *db folder knows rows, not pages"
	}
	return ""
}
