package arch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// TestTheHouse holds the repository to its plan.
func TestTheHouse(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatalf("the root of the module is not where this test looks: %v", err)
	}
	found, err := Check(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		t.Error(v)
	}
}

func imports(pkgs ...string) string {
	var b strings.Builder
	b.WriteString("package x\n")
	for _, p := range pkgs {
		b.WriteString("import _ \"" + p + "\"\n")
	}
	return b.String()
}

func body(code string) string { return "package x\nfunc f() {\n" + code + "\n}\n" }

// TestBreachesAreFound builds small trees, each with one file, and expects one
// sentence or none: a rule that cannot fail is no rule.
func TestBreachesAreFound(t *testing.T) {
	tests := []struct {
		name, file, source string
		want               string // part of the only violation, "" for none
	}{
		{"value to value before", "internal/money/a.go", imports("buhuo/internal/measure", "math/big"), ""},
		{"value to value behind", "internal/measure/a.go", imports("buhuo/internal/money"), "a value imports only values before it"},
		{"value to kernel", "internal/day/a.go", imports("buhuo/internal/forecast"), "a value imports only"},
		{"value to SQL", "internal/ident/a.go", imports("database/sql"), "a value knows no shop"},
		{"value to driver", "internal/ident/a.go", imports("database/sql/driver", "github.com/google/uuid"), ""},
		{"lunar-go in day", "internal/day/a.go", imports("github.com/6tail/lunar-go/calendar"), ""},
		{"lunar-go elsewhere", "internal/demand/a.go", imports("github.com/6tail/lunar-go/calendar"), "lives in internal/day only"},

		{"kernel to values and gonum", "internal/forecast/ses/a.go", imports("buhuo/internal/day", "gonum.org/v1/gonum/stat/distuv"), ""},
		{"kernel to kernel before", "internal/replenish/a.go", imports("buhuo/internal/forecast/dist"), ""},
		{"kernel to kernel behind", "internal/forecast/a.go", imports("buhuo/internal/replay"), "a kernel imports values"},
		{"kernel to area", "internal/demand/a.go", imports("buhuo/internal/sales"), "a kernel imports values"},
		{"kernel with context", "internal/forecast/a.go", imports("context"), "a kernel takes slices"},
		{"kernel with log", "internal/replay/a.go", imports("log/slog"), "a kernel takes slices"},
		{"kernel to its suite", "internal/forecast/a.go", imports("buhuo/internal/forecast/forecasttest"), "it serves tests only"},

		{"area to the left", "internal/purchase/a.go", imports("buhuo/internal/stock", "buhuo/internal/catalog", "buhuo/internal/money"), ""},
		{"area to the right", "internal/stock/a.go", imports("buhuo/internal/sales"), "an area imports values, kernels, and areas up to itself"},
		{"area to plumbing", "internal/stock/a.go", imports("buhuo/internal/db"), "declares as a small interface"},
		{"area to i18n", "internal/restock/a.go", imports("buhuo/internal/i18n"), "an area imports"},
		{"area to its adapter", "internal/stock/a.go", imports("buhuo/internal/stock/stockdb"), "an area imports"},
		{"area to kernel", "internal/restock/a.go", imports("buhuo/internal/replenish"), ""},
		{"area to http", "internal/sales/a.go", imports("net/http"), "adapters talk to databases"},
		{"area to gin", "internal/sales/a.go", imports("github.com/gin-gonic/gin"), "lives in internal/web"},
		{"area to gorm", "internal/sales/a.go", imports("gorm.io/gorm"), "lives in internal/db"},
		{"pinyin in catalog", "internal/catalog/a.go", imports("github.com/mozillazg/go-pinyin"), ""},
		{"pinyin elsewhere", "internal/sales/a.go", imports("github.com/mozillazg/go-pinyin"), "lives in internal/shop, internal/catalog"},
		{"pure folder of an area", "internal/catalog/search/a.go", imports("buhuo/internal/db"), "an area imports"},
		{"hashing in shop", "internal/shop/a.go", imports("golang.org/x/crypto/argon2"), "lives in internal/app"},
		{"hashing below shop", "internal/shop/password/a.go", imports("golang.org/x/crypto/argon2"), ""},

		{"db to migrations", "internal/db/a.go", imports("buhuo/migrations", "gorm.io/gorm", "buhuo/internal/tenant"), ""},
		{"db to area", "internal/db/a.go", imports("buhuo/internal/stock"), "never an area"},
		{"web to layout", "internal/web/a.go", imports("buhuo/views/layout", "buhuo/internal/i18n", "github.com/gin-gonic/gin", "github.com/a-h/templ"), ""},
		{"web to area pages", "internal/web/a.go", imports("buhuo/views/stock"), "internal/web imports values and"},
		{"web to db", "internal/web/a.go", imports("buhuo/internal/db"), "internal/web imports values and"},
		{"views to area", "views/stock/a_templ.go", imports("buhuo/internal/stock", "github.com/a-h/templ"), "views imports values and"},
		{"views to views", "views/stock/a_templ.go", imports("buhuo/views/ui", "buhuo/static", "github.com/a-h/templ/runtime"), ""},
		{"job to web", "internal/job/a.go", imports("buhuo/internal/web"), "internal/job imports values only"},
		{"i18n to views", "internal/i18n/a.go", imports("buhuo/views/ui"), "internal/i18n imports values only"},

		{"rows", "internal/stock/stockdb/a.go", imports("buhuo/internal/stock", "buhuo/internal/catalog", "buhuo/internal/db", "gorm.io/gorm"), ""},
		{"rows to pages", "internal/stock/stockdb/a.go", imports("buhuo/internal/web"), "knows rows, not pages"},
		{"rows to area on the right", "internal/stock/stockdb/a.go", imports("buhuo/internal/sales"), "an adapter knows its own area"},
		{"rows to other rows", "internal/sales/salesdb/a.go", imports("buhuo/internal/stock/stockdb"), "adapters do not know each other"},
		{"handlers", "internal/stock/stockweb/a.go", imports("buhuo/internal/stock", "buhuo/internal/web", "buhuo/views/stock", "github.com/gin-gonic/gin"), ""},
		{"handlers to own rows", "internal/stock/stockweb/a.go", imports("buhuo/internal/stock/stockdb"), "adapters do not know each other"},
		{"handlers to the database", "internal/stock/stockweb/a.go", imports("buhuo/internal/db"), "only *db folders"},
		{"handlers to other handlers", "internal/sales/salesweb/a.go", imports("buhuo/internal/stock/stockweb"), "adapters do not know each other"},
		{"handlers to own formats", "internal/purchase/purchaseweb/a.go", imports("buhuo/internal/purchase/format"), ""},
		{"handlers to one format", "internal/purchase/purchaseweb/a.go", imports("buhuo/internal/purchase/format/pdf"), "adapters do not know each other"},
		{"a source", "internal/sales/source/generic/a.go", imports("buhuo/internal/sales/source", "buhuo/internal/sales", "golang.org/x/text/encoding"), ""},
		{"a source to gin", "internal/sales/source/generic/a.go", imports("github.com/gin-gonic/gin"), "lives in internal/web"},
		{"a document with a library", "internal/purchase/format/xlsx/a.go", imports("github.com/xuri/excelize/v2"), ""},
		{"a suite in the product", "internal/stock/stockdb/a.go", imports("buhuo/internal/stock/stocktest"), "it serves tests only"},
		{"a suite", "internal/stock/stocktest/a.go", imports("buhuo/internal/stock", "buhuo/internal/dbtest", "pgregory.net/rapid"), ""},
		{"adapter to app", "internal/stock/stockdb/a.go", imports("buhuo/internal/app"), "only the composition root"},

		{"app takes all", "internal/app/a.go", imports("buhuo/internal/stock/stockdb", "buhuo/internal/web", "buhuo/internal/demo", "time"), ""},
		{"app and gorm", "internal/app/a.go", imports("gorm.io/gorm"), "lives in internal/db"},
		{"command", "cmd/buhuo/a.go", imports("buhuo/internal/app", "github.com/spf13/cobra"), ""},
		{"pure world", "internal/demo/world/a.go", imports("buhuo/internal/day", "buhuo/internal/money"), ""},
		{"world with stock", "internal/demo/world/a.go", imports("buhuo/internal/stock"), "nothing but values"},
		{"test tools in the product", "internal/sales/a.go", imports("pgregory.net/rapid"), "lives in internal/*/*test"},
		{"a module nobody listed", "internal/app/a.go", imports("github.com/acme/left-pad"), "not in the list of technologies"},
		{"a folder nobody planned", "internal/helpers/a.go", "package x", "has no place in the plan"},
		{"an import nobody planned", "internal/app/a.go", imports("buhuo/pkg/tools"), "has no place in the plan"},
		{"tests may do more", "internal/stock/a_test.go", imports("buhuo/internal/stock/stockdb", "github.com/acme/left-pad"), ""},
		{"testdata is no source", "internal/stock/testdata/a.go", imports("gorm.io/gorm"), ""},

		{"clock in an area", "internal/sales/a.go", body("_ = time.Now()"), "reads the clock"},
		{"clock as a value", "internal/sales/a.go", body("now := time.Now; _ = now"), "reads the clock"},
		{"clock in disguise", "internal/forecast/a.go", body("_ = time.Since(t)"), "reads the clock"},
		{"clock in app", "internal/app/a.go", body("_ = time.Now()"), ""},
		{"clock in the world", "internal/demo/world/a.go", body("_ = time.Now()"), "reads the clock"},
		{"environment", "internal/db/a.go", body(`_ = os.Getenv("X")`), "settings are read in internal/app"},
		{"environment in app", "internal/app/a.go", body(`_ = os.Getenv("X")`), ""},
		{"float in money", "internal/money/a.go", "package x\nfunc f(x float64) {}", "names float64"},
		{"big float in measure", "internal/measure/a.go", body("_ = big.NewFloat(1)"), "is floating point"},
		{"float in forecast", "internal/forecast/a.go", "package x\nfunc f(x float64) {}", ""},
		{"big integers in money", "internal/money/a.go", body("_ = big.NewInt(1)"), ""},

		{"Save", "internal/stock/stockdb/a.go", body("tx.Save(&row)"), "no call of Save"},
		{"Save in an area", "internal/stock/a.go", body("store.Save(row)"), ""},
		{"FirstOrCreate", "internal/db/a.go", body("tx.Where(1).FirstOrCreate(&row)"), "no call of FirstOrCreate"},
		{"AutoMigrate", "internal/db/a.go", body("tx.AutoMigrate(&row)"), "no call of AutoMigrate"},
		{"Unscoped", "internal/sales/salesdb/a.go", body("tx.Unscoped().Find(&row)"), "no call of Unscoped"},
		{"hook", "internal/sales/salesdb/a.go", "package x\nfunc (r *row) BeforeCreate() error { return nil }", "is a hook of GORM"},
		{"SQL clock", "internal/sales/salesdb/a.go", body("q := `select 1\nwhere at < now()`; _ = q"), "SQL reads no clock"},
		{"SQL clock in a migration", "migrations/1.sql", "create table t (at integer default CURRENT_TIMESTAMP);", "SQL reads no clock"},
		{"a migration", "migrations/1.sql", "-- known now() as a word\ncreate table t (at bigint not null);", ""},

		{"a template", "views/ui/a.templ", "templ A() {\n\t<p class=\"x\" data-style=\"y\"><script src={ url } defer></script></p>\n}", ""},
		{"inline style", "views/ui/a.templ", `<p style="color:red">`, "no inline style"},
		{"style element", "views/ui/a.templ", `<style>p{}</style>`, "no inline style"},
		{"inline handler", "views/ui/a.templ", `<a onclick="x()">`, "no inline event handler"},
		{"inline handler by expression", "views/ui/a.templ", `<a onChange={ x }>`, "no inline event handler"},
		{"inline script", "views/ui/a.templ", `<script>x()</script>`, "no inline script"},
		{"script with a type", "views/ui/a.templ", `<script type="module">`, "no inline script"},
		{"script address", "views/ui/a.templ", `<a href="javascript:x()">`, "no javascript"},
		{"templ script block", "views/ui/a.templ", "script x() {", "script blocks"},
		{"templ css block", "views/ui/a.templ", "css x() {", "css blocks"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := Check(fstest.MapFS{tt.file: {Data: []byte(tt.source)}})
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case tt.want == "" && len(found) > 0:
				t.Errorf("unexpected: %v", found)
			case tt.want != "" && (len(found) != 1 || !strings.Contains(found[0].Why, tt.want) || !strings.HasPrefix(found[0].File, tt.file+":")):
				t.Errorf("found %v, want one with %q", found, tt.want)
			}
		})
	}
}

func TestCheckNamesTheLine(t *testing.T) {
	found, err := Check(fstest.MapFS{"internal/sales/a.go": {Data: []byte("package x\n\nimport (\n\t\"time\"\n\t\"buhuo/internal/db\"\n)\n\nvar now = time.Now\n")}})
	if err != nil || len(found) != 2 || found[0].File != "internal/sales/a.go:5" || found[1].File != "internal/sales/a.go:8" {
		t.Errorf("found %v, %v", found, err)
	}
	if !strings.Contains(found[0].String(), "internal/sales may not import internal/db") {
		t.Errorf("the sentence is %q", found[0])
	}
	if _, err := Check(fstest.MapFS{"internal/sales/a.go": {Data: []byte("packag x")}}); err == nil {
		t.Error("a file that does not parse passed")
	}
}

func TestOtherModulesAreLeftAlone(t *testing.T) {
	found, err := Check(fstest.MapFS{
		"tools/go.mod":  {Data: []byte("module tools\n")},
		"tools/main.go": {Data: []byte(imports("github.com/acme/linter"))},
	})
	if err != nil || len(found) != 0 {
		t.Errorf("found %v, %v", found, err)
	}
}
