package arch

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

func anyWithin(rooms []string, dir string) bool {
	return slices.ContainsFunc(rooms, func(room string) bool { return within(room, dir) })
}

// node checks the habits that stand in the code itself.
func (c *checker) node(file string, line int, here place, n ast.Node) {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		c.selector(file, line, here, n)
	case *ast.CallExpr:
		if sel, ok := n.Fun.(*ast.SelectorExpr); ok && anyWithin(gormRooms, here.path) {
			if why, bad := forbiddenCalls[sel.Sel.Name]; bad {
				c.add(file, line, "no call of %s here: %s", sel.Sel.Name, why)
			}
		}
	case *ast.FuncDecl:
		if n.Recv != nil && slices.Contains(hooks, n.Name.Name) && anyWithin(gormRooms, here.path) {
			c.add(file, line, "%s is a hook of GORM, which hides work; write it where it happens", n.Name.Name)
		}
	case *ast.Ident:
		if (n.Name == "float64" || n.Name == "float32") && anyWithin(exactRooms, here.path) {
			c.add(file, line, "%s names %s; money and goods are counted in integers", here.path, n.Name)
		}
	case *ast.BasicLit:
		if n.Kind == token.STRING && anyWithin(gormRooms, here.path) {
			c.sqlText(file, line, n.Value)
		}
	}
}

// selector checks what is taken from packages by name: pkg.Name.
func (c *checker) selector(file string, line int, here place, sel *ast.SelectorExpr) {
	pkg, ok := sel.X.(*ast.Ident)
	if !ok {
		return
	}
	switch name := pkg.Name + "." + sel.Sel.Name; name {
	case "time.Now", "time.Since", "time.Until":
		if here.kind == top || here.kind == support || clockRooms[here.path] != "" {
			return
		}
		c.add(file, line, "%s reads the clock; take an instant, a day.Date or a now func() time.Time instead", name)
	case "os.Getenv", "os.LookupEnv", "os.Environ":
		if here.kind != support && !anyWithin(environmentRooms, here.path) {
			c.add(file, line, "%s: settings are read in internal/app and handed over", name)
		}
	case "big.Float", "big.NewFloat", "big.ParseFloat", "strconv.ParseFloat", "math.Float64bits", "math.Round":
		if anyWithin(exactRooms, here.path) {
			c.add(file, line, "%s is floating point; money and goods are counted in integers", name)
		}
	}
}

// sqlClock finds SQL that asks the database what time it is.
var sqlClock = regexp.MustCompile(`(?i)\bcurrent_(timestamp|date|time)\b|\bnow\(\)|['"]now['"]|\bunixepoch\(\)|\bclock_timestamp\(\)|\bjulianday\(\)`)

func (c *checker) sqlText(file string, line int, text string) {
	for i, row := range strings.Split(text, "\n") {
		row, _, _ = strings.Cut(row, "--")
		if hit := sqlClock.FindString(row); hit != "" {
			c.add(file, line+i, "%s: SQL reads no clock; pass the instant as a parameter", hit)
		}
	}
}

var (
	inlineStyle  = regexp.MustCompile(`(?i)[\s"]style\s*=|<style\b`)
	inlineEvent  = regexp.MustCompile(`(?i)\son[a-z]+\s*=`)
	scriptTag    = regexp.MustCompile(`(?i)<script\b[^>]*>?`)
	scriptSource = regexp.MustCompile(`(?i)\ssrc\s*=`)
	scriptURL    = regexp.MustCompile(`(?i)["']\s*javascript:`)
	templBlock   = regexp.MustCompile(`^(script|css)\s+\w+\s*\(`)
)

// templ checks that a template keeps to the strict content security policy:
// style and behaviour come from files.
func (c *checker) templ(file string, text []byte) {
	for i, row := range strings.Split(string(text), "\n") {
		line := i + 1
		if strings.HasPrefix(strings.TrimSpace(row), "//") {
			continue
		}
		if inlineStyle.MatchString(row) {
			c.add(file, line, "no inline style; give the element a data attribute and the rule a place in static")
		}
		if inlineEvent.MatchString(row) {
			c.add(file, line, "no inline event handler; static/app.js finds elements by data attributes")
		}
		if tag := scriptTag.FindString(row); tag != "" && !scriptSource.MatchString(tag) {
			c.add(file, line, "no inline script; load a file from static")
		}
		if scriptURL.MatchString(row) {
			c.add(file, line, "no javascript: address")
		}
		if block := templBlock.FindStringSubmatch(row); block != nil {
			c.add(file, line, "templ's %s blocks write inline code; use a file in static", block[1])
		}
	}
}
