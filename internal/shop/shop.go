// Package shop is the area of who: shops, the people who work in them with their
// roles, logins, sessions, and the audit trail of who did what.
//
// It must not know goods, stock, pages or tables; passwords are hashed by a
// Hasher that it is given.
package shop

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// Policy is how a shop weighs empty shelves against money and waste.
type Policy string

// The three policies in words.
const (
	NeverOut    Policy = "never_out"
	Balanced    Policy = "balanced"
	LittleWaste Policy = "little_waste"
)

// Policies lists them in the order that a page offers them.
func Policies() []Policy { return []Policy{NeverOut, Balanced, LittleWaste} }

// TargetKind says what a Target counts.
type TargetKind string

// The kinds of target; none leaves it to the policy's words.
const (
	NoTarget    TargetKind = ""
	CycleTarget TargetKind = "cycle" // the chance that an order lasts until the next one arrives
	FillTarget  TargetKind = "fill"  // the share of what is wanted that is served
)

// TargetKinds lists them in the order that a page offers them.
func TargetKinds() []TargetKind { return []TargetKind{NoTarget, CycleTarget, FillTarget} }

// Target is a level of service in figures, for owners who want one.
type Target struct {
	Kind    TargetKind
	Percent int // LeastTarget to MostTarget; 0 without a kind
}

// The targets that make sense, in per cent.
const (
	LeastTarget = 50
	MostTarget  = 99
)

// UsualOrdering is what a line of an order is taken to cost, in minor units, until
// the owner says otherwise: a minute and a half of work at 20 an hour.
const UsualOrdering money.Amount = 50

// MostOrdering is the dearest line that is believed.
const MostOrdering money.Amount = 1_000_000

// Shop is one tenant and one place of stock.
type Shop struct {
	ID               tenant.ShopID
	Slug, Name       string
	Timezone         string
	Zone             *time.Location
	Currency         money.Currency
	Province         string // two digits of GB/T 2260, or ""
	PricesIncludeTax bool
	Policy           Policy
	Target           Target
	Ordering         money.Amount  // what the work of one line of an order costs
	ApproveAbove     *money.Amount // an order of more needs the owner; nil: none does
	OpenHour         int           // first hour of the day the shop is open, 0–23
	CloseHour        int           // first hour it is closed again, 1–24
	MarketDays       day.MarketDays
	ShowUnit         string // unit in which weights are shown: "jin" or "kg"
	Secret           []byte // keys the shop's pseudonyms; never shown
	CreatedAt        day.Micros
	Version          int64
}

// Person may log in and belong to several shops.
type Person struct {
	ID           ident.ID
	Login        string // unique in the installation, normalised
	Name         string
	Phone, Email string
	Language     string
	LargeText    bool
	Disabled     bool
	PasswordHash string
	CreatedAt    day.Micros
	ChangedAt    day.Micros
}

// Provinces lists the codes of the provinces, two digits of GB/T 2260.
func Provinces() []string {
	return strings.Fields("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82")
}

// Membership is a person's role in a shop.
type Membership struct {
	Shop   tenant.ShopID
	Slug   string
	Name   string
	Person ident.ID
	Role   tenant.Role
}

// Atomic makes several writes one.
type Atomic interface {
	Do(ctx context.Context, fn func(context.Context) error) error
}

// Hasher turns passwords into hashes. Verify does the same work for any input;
// outdated tells that the hash was made with weaker parameters than today's.
type Hasher interface {
	Hash(ctx context.Context, password string) (string, error)
	Verify(ctx context.Context, password, hash string) (ok, outdated bool, err error)
}

// Marker hears that the shop decides otherwise from now on, in the transaction of the
// change: everything that was worked out must be again.
type Marker interface {
	MarkAll(ctx context.Context) error
}

// Service holds the rules of the area.
type Service struct {
	store  Store
	atomic Atomic
	hasher Hasher
	now    func() time.Time
	dummy  func(ctx context.Context) (string, error)
	gate   chan struct{} // passwords looked at together
	marker Marker        // nil: nobody hears of it
	first  sync.Mutex    // one first start at a time
}

// New builds the service. now is the clock.
func New(store Store, atomic Atomic, hasher Hasher, now func() time.Time) *Service {
	return &Service{store: store, atomic: atomic, hasher: hasher, now: now, dummy: dummyHash(hasher), gate: make(chan struct{}, guesses)}
}

const (
	maxName  = 120
	maxLogin = 120
)

// cleanText strips what makes two names look alike (controls, bidi marks,
// zero-width characters) and outer space.
func cleanText(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s))
}

// NormaliseLogin folds what people type for the same login: full-width letters,
// case, spaces; a Chinese phone number with or without +86 and dashes.
func NormaliseLogin(s string) string {
	s = strings.ToLower(measure.Fold(cleanText(s)))
	s = strings.Join(strings.Fields(s), "")
	digits := strings.NewReplacer("-", "", "(", "", ")", "", "+", "").Replace(s)
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return s
	}
	if rest, ok := strings.CutPrefix(digits, "86"); ok && len(rest) == 11 && rest[0] == '1' {
		return rest
	}
	return digits
}

func provinceFault(code string) *fault.Error {
	if code == "" || slices.Contains(Provinces(), code) {
		return nil
	}
	return fault.New(fault.Invalid, "shop.province_unknown").WithField("province")
}

func nameFault(field, name string, most int) *fault.Error {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return fault.New(fault.Invalid, "shop.required").WithField(field)
	case n > most:
		return fault.New(fault.Invalid, "shop.too_long", fault.A("n", most)).WithField(field)
	}
	return nil
}
