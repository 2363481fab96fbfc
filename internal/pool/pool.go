// Package pool is what shops tell together that none tells alone: figures by category,
// province and season, of those that take part, in which no single shop can be found.
// A shop gives its own sums of a season once; the background work adds them up, keeps
// back what would tell of fewer than K shops, and publishes the rest, rounded, once and
// for good. It must not read a shop's books (Books does, as the shop), nor know pages or
// SQL.
package pool

import (
	"context"
	"fmt"
	"strings"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// K is how many shops a figure is made of at least, and by how many at least two figures
// differ that can be subtracted from each other.
const K = 5

// EnoughBuyers is how many known buyers a figure about one of them is made of at least.
const EnoughBuyers = 10

const (
	// settle is how many days after a season its figures are made: what is posted late
	// is in them.
	settle = 7
	// remembered is how many editions are kept and told apart from a new one. Each counts
	// days of its own season and of the one a year before: eight reach back further.
	remembered = 8
)

// Season is a quarter of the year and the one that it is compared with: as many days,
// lying alike to their Spring Festival.
type Season struct {
	Code                    string // "2026-Q3"
	From, Through           day.Date
	OtherFrom, OtherThrough day.Date
}

// Kind says what a table counts.
type Kind string

// The kinds of tables. The key of a table names the currency or unit and the category;
// its parts are provinces.
const (
	Wanted       Kind = "wanted"        // demand in minor units, by the province of the shop
	WantedGrowth Kind = "wanted_growth" // the same of two seasons, of shops that know both
	Sent         Kind = "sent"          // online sales in minor units, by the province of the buyer
	SentGrowth   Kind = "sent_growth"   // the same of two seasons
	Spent        Kind = "spent"         // what known buyers spent, and how many they are
	Rate         Kind = "rate"          // what a product sells: units, per product and week, chance of a day
	// Often is told with a Rate: the chance that a product sells on a day.
	Often Kind = "often"
)

// Values are what a shop brings to a part of a table:
//
//	Wanted, Sent              now
//	WantedGrowth, SentGrowth  now, then
//	Spent                     minor units, buyers
//	Rate                      thousandths sold, mean thousandths a product sells a week, mean chance of a day in millionths
type Values [3]int64

// table names one table.
type table struct {
	Kind Kind
	Key  string
}

// Entry is what one shop brings to one part of one table.
type Entry struct {
	Kind   Kind   `json:"k"`
	Key    string `json:"n"`
	Part   string `json:"p"`
	Values Values `json:"v"`
}

// Unknown is the part of those whose province nobody knows; Whole the total of a table.
const (
	Unknown = "00"
	Whole   = ""
)

// MostValue bounds every value that is believed: sums over a million shops stay exact.
const MostValue = 1 << 42

// KeyOf is how a category is called among shops: without regard to case, width and outer
// space. It is empty for goods without one, which nobody compares.
func KeyOf(category string) string {
	return strings.ToLower(strings.Join(strings.Fields(measure.Fold(category)), " "))
}

// Figure is what is published of a part of a table. Shops says how many it is made of, in
// steps; Value is rounded. Low and High bound what the middle half of the shops has, of a
// Rate only.
type Figure struct {
	Kind             Kind
	Key, Part        string
	Shops            int
	Value, Low, High int64
}

// Edition is what was published of a season.
type Edition struct {
	Season
	PublishedAt day.Micros
}

// Member is a shop that takes part.
type Member struct {
	Shop  tenant.ShopID
	Since day.Micros
}

// Counted is where a shop was counted in an edition: the parts by table.
type Counted map[Kind]map[string][]string

// Store keeps the rows. Its own methods are about the shop of ctx; those of Across span
// shops, and the background work alone calls them.
type Store interface {
	Member(ctx context.Context) (Member, bool, error)
	// Join makes the shop a member; false when it is one.
	Join(ctx context.Context, at day.Micros) (bool, error)
	// Leave ends that and deletes what the shop gave; false when it is none.
	Leave(ctx context.Context) (bool, error)
	// Give keeps what the shop brings to a season; what it gave before stays.
	Give(ctx context.Context, season string, entries []Entry) error
	// Gave reads it; false when it gave nothing yet.
	Gave(ctx context.Context, season string) ([]Entry, bool, error)
	// CountedIn tells where the shop was counted; nil: not at all.
	CountedIn(ctx context.Context, season string) (Counted, error)
	// Enough reports whether K shops or more take part: no more is told of how many.
	Enough(ctx context.Context) (bool, error)

	// Latest is the last edition; false when there is none. Editions and figures are
	// nobody's, and every shop reads the same.
	Latest(ctx context.Context) (Edition, bool, error)
	// Figures reads those of an edition by kind, of some parts (nil: of all).
	Figures(ctx context.Context, season string, kinds []Kind, parts []string) ([]Figure, error)
	Across
}

// Across is what spans shops.
type Across interface {
	Members(ctx context.Context) ([]Member, error)
	// Brought reads what members gave to a season.
	Brought(ctx context.Context, season string) (map[tenant.ShopID][]Entry, error)
	// Giving lists the members that gave to a season, in order.
	Giving(ctx context.Context, season string) ([]tenant.ShopID, error)
	// Editions reads the latest, the newest first, with who was counted in them.
	Editions(ctx context.Context, n int) ([]Past, error)
	// Publish writes an edition; false when its season has one.
	Publish(ctx context.Context, e Edition, figures []Figure, counted map[tenant.ShopID]Counted) (bool, error)
	// Forget deletes the editions before a season, and what was given before another.
	Forget(ctx context.Context, editions, given string) error
}

// Past is an edition with all that it told and whom it counted.
type Past struct {
	Edition
	Figures []Figure
	Counted map[tenant.ShopID]Counted
}

// Books knows a shop's own figures and the seasons.
type Books interface {
	// SeasonBefore is the last season that is over on a day.
	SeasonBefore(d day.Date) Season
	// Share works out what the shop of ctx brings to a season.
	Share(ctx context.Context, season Season) ([]Entry, error)
}

// Shops gives the shop of the scope, and all of them for the background work.
type Shops interface {
	Get(ctx context.Context) (shop.Shop, error)
	Shops(ctx context.Context) ([]shop.Shop, error)
}

// Atomic makes several writes one.
type Atomic interface {
	Do(ctx context.Context, fn func(context.Context) error) error
}

// Journal keeps who changed what, in the transaction of the change.
type Journal interface {
	Record(ctx context.Context, action string, subject ident.ID, detail map[string]any) error
}

// Marker hears that forecasts may rest on other beliefs from now on.
type Marker interface {
	MarkAll(ctx context.Context) error
}

// Service is the area.
type Service struct {
	store   Store
	atomic  Atomic
	shops   Shops
	books   Books
	journal Journal
	marker  Marker
	now     func() time.Time
}

// New builds the service. now is the clock.
func New(store Store, atomic Atomic, shops Shops, books Books, journal Journal, marker Marker, now func() time.Time) *Service {
	return &Service{store: store, atomic: atomic, shops: shops, books: books, journal: journal, marker: marker, now: now}
}

// SeasonCode names a quarter; codes sort as the seasons do.
func SeasonCode(year, quarter int) string { return fmt.Sprintf("%04d-Q%d", year, quarter) }
