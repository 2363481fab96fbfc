package arch

// The plan. Lists are in order: in values, kernels and areas each room may
// import the rooms before it and none behind it.

// values are rank 0: std and the values before them.
var values = []string{"fault", "ident", "day", "measure", "money", "tenant"}

// kernels are rank 1: pure arithmetic on slices. Folders below belong to them.
var kernels = []string{"demand", "forecast", "replenish", "replay"}

// areas are rank 2: the rules of one subject each.
var areas = []string{"shop", "catalog", "stock", "sales", "account", "purchase", "enquiry", "trade", "restock", "joint", "pool", "insight"}

// plumbing is rank 3, with what each may import of the project besides the
// values and its own folders. Never an area.
var plumbing = map[string][]string{
	"internal/i18n":  {},
	"internal/db":    {"migrations"},
	"internal/web":   {"internal/i18n", "static", "views/layout"},
	"internal/job":   {},
	"internal/face":  {},
	"internal/paper": {"internal/face"},
	"internal/photo": {},
	"views":          {"internal/i18n", "static"},
	"static":         {},
	"migrations":     {},
}

// tops are rank 5: they put the house together and may import everything.
var tops = []string{"cmd", "internal/app", "internal/demo", "internal/upkeep"}

// pureTops are folders below a top that promise to be pure: std and values.
var pureTops = []string{"internal/demo/world"}

// supports help tests; only tests and other supports import them.
var supports = []string{"internal/arch", "internal/dbtest", "internal/webtest", "internal/e2e"}

// technologies are the modules in use and the rooms that may know them. A room
// ending in "/..." includes what lies below it.
var technologies = []struct {
	module string
	rooms  []string
}{
	{"github.com/gin-gonic/gin", []string{"internal/web/...", "internal/*/*web"}},
	{"gorm.io", []string{"internal/db/...", "internal/*/*db"}},
	{"github.com/a-h/templ", []string{"views/...", "internal/web/..."}}, // web renders what views build
	{"github.com/6tail/lunar-go", []string{"internal/day"}},
	{"github.com/google/uuid", []string{"internal/ident"}},
	{"github.com/mozillazg/go-pinyin", []string{"internal/shop", "internal/catalog/..."}}, // short names and search,
	{"gonum.org/v1/gonum", []string{"internal/demand/...", "internal/forecast/...", "internal/replenish/...", "internal/replay/..."}},
	{"github.com/bojanz/currency", []string{"internal/i18n"}},
	{"golang.org/x/text", []string{"internal/i18n", "internal/catalog/...", "internal/web/...", "internal/*/source/...", "internal/*/format/..."}},
	{"golang.org/x/crypto", []string{"internal/app", "internal/shop/*"}}, // shop itself only knows an interface
	{"github.com/pressly/goose/v3", []string{"internal/db/..."}},
	{"github.com/jackc/pgx/v5", []string{"internal/db/..."}},
	{"modernc.org/sqlite", []string{"internal/db/..."}},
	{"github.com/klauspost/compress", []string{"internal/web/...", "internal/face", "static"}},
	{"github.com/andybalholm/brotli", []string{"static"}},
	{"github.com/xuri/excelize/v2", []string{"internal/purchase/format/...", "internal/web/sheet"}},
	{"github.com/signintech/gopdf", []string{"internal/paper"}},
	{"golang.org/x/image/vector", []string{"internal/purchase/format/..."}},
	{"golang.org/x/image/webp", []string{"internal/photo"}},
	{"github.com/boombuler/barcode", []string{"internal/purchase/format/...", "views/..."}},
	{"github.com/makiuchi-d/gozxing", []string{"internal/purchase/format/formattest"}}, // reads what was drawn
	{"github.com/spf13/cobra", []string{"cmd/..."}},
	{"github.com/spf13/pflag", []string{"cmd/..."}},
	{"golang.org/x/term", []string{"cmd/...", "internal/app"}},
	{"github.com/wneessen/go-mail", []string{"internal/purchase/smtp"}},
	{"golang.org/x/sync", []string{"internal/db/...", "internal/job", "internal/web/...", "internal/app"}},
	{"pgregory.net/rapid", []string{"internal/*/*test", "internal/*/*/*test"}},
}

// closedStd are packages of the standard library that a kind of room must not
// know; closedWhy says why.
var closedStd = map[kind][]string{
	value:   {"database/sql", "log", "log/slog", "net/http", "os"},
	kernel:  {"context", "database/sql", "log", "log/slog", "net/http", "os"},
	pureTop: {"context", "database/sql", "log", "log/slog", "net/http", "os"},
	area:    {"database/sql", "html/template", "net/http", "os"},
}

var closedWhy = map[kind]string{
	value:   "a value knows no shop, no protocol and no machine",
	kernel:  "a kernel takes slices and returns structs; no context, log, file or database",
	pureTop: "this folder promises to be pure",
	area:    "an area holds rules; adapters talk to databases, browsers and files",
}

// clockRooms may read the clock besides the tops and tests; everybody else
// takes an instant, a day or a func() time.Time. Each exception has its reason.
var clockRooms = map[string]string{}

// environmentRooms may read environment variables.
var environmentRooms = []string{"cmd/...", "internal/app"}

// exactRooms count money and goods and therefore never name a float.
var exactRooms = []string{"internal/money", "internal/measure", "internal/stock/...", "internal/account/...", "internal/purchase", "internal/purchase/purchase*/...", "internal/trade/...", "internal/joint/...", "internal/purchase/format", "internal/enquiry/...", "internal/purchase/format/csv"} // a PDF is measured in fractions of a point

// gormRooms talk to the database through GORM.
var gormRooms = []string{"internal/db/...", "internal/*/*db"}

// forbiddenCalls are methods of GORM that overwrite or read across shops, or
// change the schema behind the migrations; with what to do instead.
var forbiddenCalls = map[string]string{
	"Save":          "it overwrites whole rows, another shop's too; use Create or Updates with Select",
	"FirstOrCreate": "it is not atomic; insert with an ON CONFLICT clause",
	"AutoMigrate":   "the schema changes by migrations only",
	"Unscoped":      "it leaves the shop; write the condition",
}

// hooks are GORM's callback methods, which hide work from the reader.
var hooks = []string{
	"BeforeCreate", "AfterCreate", "BeforeUpdate", "AfterUpdate", "BeforeSave",
	"AfterSave", "BeforeDelete", "AfterDelete", "AfterFind",
}
