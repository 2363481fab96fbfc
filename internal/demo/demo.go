// Package demo fills an empty database with the generated grocery of package
// world, through the same services and rules as a shop's own entries, and at a
// later start adds the days since without touching what a person entered. A mark
// in the database tells a demo from a real shop. It must not know pages, the
// command line, nor any table but the mark's.
package demo

import (
	"context"
	"time"

	"buhuo/internal/account"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/demo/world"
	"buhuo/internal/enquiry"
	"buhuo/internal/fault"
	"buhuo/internal/joint"
	"buhuo/internal/purchase"
	"buhuo/internal/restock"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/trade"
)

// The demo's shop and the login that everybody knows.
const (
	Slug     = "demo"
	Login    = "demo"
	Password = "demo-buhuo"
	owner    = "王小店"
)

// seed chooses the world; version is raised when the generator gives other days
// for the same seed, so that an older demo is not continued with a stranger's life.
const (
	seed    = 1
	version = 4
)

// twoYears is how many days before today the demo's shop opened.
const twoYears = 730

// Services are the rooms that the demo moves into.
type Services struct {
	DB       *db.DB
	Shop     *shop.Service
	Catalog  *catalog.Service
	Stock    *stock.Service
	Sales    *sales.Service
	Account  *account.Service
	Purchase *purchase.Service
	Enquiry  *enquiry.Service
	Trade    *trade.Service
	Restock  *restock.Service
	Joint    *joint.Service
}

// Loader makes the demo and keeps it up to date.
type Loader struct {
	Services
	// Span is how many days before today a new demo begins; New sets two years.
	Span int
	now  func() time.Time
}

// New makes a loader. now is the clock.
func New(s Services, now func() time.Time) *Loader {
	return &Loader{Services: s, Span: twoYears, now: now}
}

// Report says what Ensure did.
type Report struct {
	Made     bool // the demo was made from nothing
	Events   int  // what happened in the shop and was written down
	Outdated bool // it was made by another version of the generator and left as it is
}

// Progress hears how many of how many steps of a stage are done.
type Progress func(stage string, done, of int)

// Ensure makes the demo when the database is empty, adds what happened since when
// it is older than now, and does nothing when it is up to date. A database with a
// real shop is a Conflict, and so is a demo whose making was cut short
// (see HalfMade). progress may be nil.
func (l *Loader) Ensure(ctx context.Context, progress Progress) (Report, error) {
	if progress == nil {
		progress = func(string, int, int) {}
	}
	m, marked, err := read(ctx, l.DB)
	if err != nil {
		return Report{}, err
	}
	if !marked {
		shops, err := l.Shop.Shops(ctx)
		if err != nil {
			return Report{}, err
		}
		if len(shops) > 0 {
			return Report{}, fault.New(fault.Conflict, "demo.real_shop", fault.A("name", shops[0].Name))
		}
		return l.make(ctx, progress)
	}
	switch {
	case !m.Complete:
		return Report{}, fault.New(fault.Conflict, "demo.half_made")
	case m.Version != version:
		return Report{Outdated: true}, nil
	}
	return l.extend(ctx, m, progress)
}

// minute is a minute of the shop's own time.
type minute struct {
	Day    day.Date `json:"day"`
	Minute int      `json:"minute"` // after midnight
}

// of is the minute in which an event happened.
func of(e world.Event) minute {
	h := e.Stamp()
	return minute{h.Day, h.Minute}
}

// after reports whether m is later than other.
func (m minute) after(other minute) bool {
	return m.Day > other.Day || m.Day == other.Day && m.Minute > other.Minute
}

// since is how many minutes m is after other.
func (m minute) since(other minute) int {
	return int(m.Day-other.Day)*24*60 + m.Minute - other.Minute
}

// lastWhole is the last minute that is over at t, so that nothing more can happen
// in it.
func lastWhole(t time.Time, zone *time.Location) minute {
	t = t.In(zone).Add(-time.Minute)
	return minute{day.Of(t, zone), t.Hour()*60 + t.Minute()}
}
