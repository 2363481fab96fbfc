package shop

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/mozillazg/go-pinyin"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// What a Store answers instead of its engine's words.
var (
	ErrMissing = errors.New("shop: no such row")
	ErrTaken   = errors.New("shop: the name is taken")
	ErrStale   = errors.New("shop: changed by somebody else meanwhile")
)

// NewShop is what a shop is made of; Slug may be empty.
type NewShop struct {
	Slug, Name, Timezone, Currency, Province string
}

// CreateShop makes a shop. The slug is taken from the name's pinyin when empty.
// It spans the installation: only the command line calls it.
func (s *Service) CreateShop(ctx context.Context, n NewShop) (Shop, error) {
	plan, wrong, err := s.newShop(n)
	if err != nil {
		return Shop{}, err
	}
	if err := wrong.Err(); err != nil {
		return Shop{}, err
	}
	var made Shop
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		var err error
		made, err = s.insertShop(ctx, plan, n.Slug != "")
		return err
	})
	return made, err
}

// insertShop writes a shop; a slug that is taken is a Conflict when it was
// chosen, else another is found.
func (s *Service) insertShop(ctx context.Context, made Shop, chosen bool) (Shop, error) {
	base := made.Slug
	for try := 2; ; try++ {
		_, err := s.store.ShopBySlug(ctx, made.Slug)
		if errors.Is(err, ErrMissing) {
			break
		}
		if err != nil {
			return Shop{}, err
		}
		if chosen || try > 99 {
			return Shop{}, fault.New(fault.Conflict, "shop.slug_taken", fault.A("slug", made.Slug)).WithField("slug")
		}
		made.Slug = fmt.Sprintf("%s-%d", base, try)
	}
	made, err := s.store.InsertShop(ctx, made)
	if err != nil {
		return Shop{}, err
	}
	return made, s.Record(Acting(ctx, made), "shop.created", ident.Nil, map[string]any{"slug": made.Slug})
}

// SetUp makes the first shop and its owner on the first start, and logs the owner
// in. It is a Conflict as soon as anybody can log in; what is wrong with the shop
// and with the owner is said together.
func (s *Service) SetUp(ctx context.Context, n NewShop, owner NewPerson, agent string) (token string, expires time.Time, err error) {
	plan, wrong, err := s.newShop(n)
	if err != nil {
		return "", time.Time{}, err
	}
	owner.Role = tenant.Owner
	p, alsoWrong := s.newPerson(plan, owner)
	if err := append(wrong, alsoWrong...).Err(); err != nil {
		return "", time.Time{}, err
	}
	s.first.Lock()
	defer s.first.Unlock()
	if err := s.refuseSecondStart(ctx); err != nil {
		return "", time.Time{}, err
	}
	if p.PasswordHash, err = s.hasher.Hash(ctx, owner.Password); err != nil {
		return "", time.Time{}, err
	}
	var made Shop
	err = s.atomic.Do(ctx, func(ctx context.Context) (err error) {
		if err := s.refuseSecondStart(ctx); err != nil {
			return err
		}
		if made, err = s.insertShop(ctx, plan, false); err != nil {
			return err
		}
		return s.insertPerson(Acting(ctx, made), made, p, owner.Role)
	})
	if err != nil {
		return "", time.Time{}, err
	}
	return s.startSession(ctx, p, made, agent, func(context.Context) error { return nil })
}

func (s *Service) refuseSecondStart(ctx context.Context) error {
	switch some, err := s.store.AnyPerson(ctx); {
	case err != nil:
		return err
	case some:
		return fault.New(fault.Conflict, "shop.setup_done")
	}
	return nil
}

func (s *Service) newShop(n NewShop) (Shop, fault.Fields, error) {
	var wrong fault.Fields
	made := Shop{
		Slug: strings.ToLower(strings.TrimSpace(n.Slug)), Name: cleanText(n.Name), Timezone: n.Timezone, Province: cleanText(n.Province),
		PricesIncludeTax: true, Policy: Balanced, Ordering: UsualOrdering, OpenHour: 7, CloseHour: 21, ShowUnit: "jin", CreatedAt: day.At(s.now()), Version: 1,
		Secret: make([]byte, 32),
	}
	if _, err := rand.Read(made.Secret); err != nil {
		return Shop{}, nil, err
	}
	if f := nameFault("name", made.Name, maxName); f != nil {
		wrong = append(wrong, f)
	}
	if made.Slug == "" {
		made.Slug = slugOf(made.Name)
	}
	if !validSlug(made.Slug) {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.slug_invalid").WithField("slug"))
	}
	var err error
	if made.Zone, err = zone(made.Timezone); err != nil {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.timezone_unknown").WithField("timezone").WithCause(err))
	}
	if made.Currency, err = money.ParseCurrency(n.Currency); err != nil {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.currency_unknown").WithField("currency").WithCause(err))
	}
	if f := provinceFault(made.Province); f != nil {
		wrong = append(wrong, f)
	}
	return made, wrong, nil
}

// zone loads a named time zone; "" and "Local" are refused, because the
// machine's zone is not the shop's.
func zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, errors.New("a named time zone is needed")
	}
	return time.LoadLocation(name)
}

// slugOf spells a name in pinyin: 村口小店 → cunkouxiaodian.
func slugOf(name string) string {
	args := pinyin.NewArgs()
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		case unicode.Is(unicode.Han, r):
			if p := pinyin.SinglePinyin(r, args); len(p) > 0 {
				b.WriteString(p[0])
			}
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	slug := strings.Trim(b.String(), "-")
	if len(slug) > 40 {
		slug = strings.Trim(slug[:40], "-")
	}
	if slug == "" {
		return "shop"
	}
	return slug
}

func validSlug(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// Acting gives a ctx that works for shop s as the installation itself (the
// command line, the runner), with the owner's rights.
func Acting(ctx context.Context, s Shop) context.Context {
	scope := ScopeOf(s)
	scope.Role = tenant.Owner
	scope.Lang, scope.Request = tenant.Lang(ctx), tenant.RequestID(ctx)
	if old, ok := tenant.From(ctx); ok && old.Shop == s.ID {
		scope.Person, scope.PersonName = old.Person, old.PersonName
	}
	return tenant.With(ctx, scope)
}

// ScopeOf is the scope of a shop without a person.
func ScopeOf(s Shop) tenant.Scope {
	return tenant.Scope{Shop: s.ID, Slug: s.Slug, ShopName: s.Name, Zone: s.Zone, Currency: s.Currency}
}

// Shops lists the installation's shops by slug.
func (s *Service) Shops(ctx context.Context) ([]Shop, error) { return s.store.Shops(ctx) }

// BySlug finds a shop for the command line; NotFound when there is none.
func (s *Service) BySlug(ctx context.Context, slug string) (Shop, error) {
	found, err := s.store.ShopBySlug(ctx, strings.ToLower(strings.TrimSpace(slug)))
	if errors.Is(err, ErrMissing) {
		return Shop{}, fault.New(fault.NotFound, "shop.unknown", fault.A("slug", slug))
	}
	return found, err
}

// ByID finds a shop by its number, for work that no person of it asked for.
func (s *Service) ByID(ctx context.Context, id tenant.ShopID) (Shop, error) {
	return s.store.ShopByID(ctx, id)
}

// Get is the shop of the scope.
func (s *Service) Get(ctx context.Context) (Shop, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Shop{}, err
	}
	return s.store.ShopByID(ctx, scope.Shop)
}

// Settings is what the owner may change of a shop.
type Settings struct {
	Name, Province      string
	PricesIncludeTax    bool
	Policy              Policy
	Target              Target
	Ordering            money.Amount
	ApproveAbove        *money.Amount
	OpenHour, CloseHour int
	MarketDays          day.MarketDays
	ShowUnit            string
}

// Update changes the shop of the scope; a version that moved on is a Conflict.
func (s *Service) Update(ctx context.Context, n Settings, version int64) error {
	n.Name, n.Province = cleanText(n.Name), cleanText(n.Province)
	if err := n.check(); err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		old, err := s.Get(ctx)
		if err != nil {
			return err
		}
		next := old
		next.Name, next.Province, next.PricesIncludeTax, next.Policy = n.Name, n.Province, n.PricesIncludeTax, n.Policy
		next.Target, next.Ordering, next.ApproveAbove = n.Target, n.Ordering, n.ApproveAbove
		next.OpenHour, next.CloseHour, next.MarketDays, next.ShowUnit = n.OpenHour, n.CloseHour, n.MarketDays, n.ShowUnit
		err = s.store.UpdateShop(ctx, next, version)
		if errors.Is(err, ErrStale) {
			return fault.New(fault.Conflict, "shop.changed_meanwhile")
		}
		if err != nil {
			return err
		}
		if s.marker != nil && decides(old, next) {
			if err := s.marker.MarkAll(ctx); err != nil {
				return err
			}
		}
		return s.Record(ctx, "shop.updated", ident.Nil, Changed(old.told(), next.told()))
	})
}

// decides reports whether suggestions depend on what differs between two settings.
func decides(a, b Shop) bool {
	return a.Policy != b.Policy || a.Target != b.Target || a.Ordering != b.Ordering || a.PricesIncludeTax != b.PricesIncludeTax ||
		a.OpenHour != b.OpenHour || a.CloseHour != b.CloseHour || a.MarketDays.String() != b.MarketDays.String()
}

// SetMarker sets who hears that the shop decides otherwise.
func (s *Service) SetMarker(m Marker) { s.marker = m }

// SetPolicy changes only how the shop weighs empty shelves against money and waste, and
// answers what held before, and whether anything changes. A target in figures, which would
// win over it, is given up.
func (s *Service) SetPolicy(ctx context.Context, p Policy) (before Policy, changed bool, err error) {
	if !slices.Contains(Policies(), p) {
		return "", false, fault.New(fault.Invalid, "shop.choose").WithField("policy")
	}
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		next, err := s.Get(ctx)
		if err != nil {
			return err
		}
		target := next.Target
		before, changed = next.Policy, next.Policy != p || target.Kind != NoTarget
		if !changed {
			return nil
		}
		next.Policy, next.Target = p, Target{}
		if err := s.store.UpdateShop(ctx, next, next.Version); err != nil {
			return err
		}
		return s.Record(ctx, "shop.policy_adopted", ident.Nil, map[string]any{"policy": p, "before": before, "target_before": target})
	})
	return before, changed, err
}

func (n Settings) check() error {
	var wrong fault.Fields
	if f := nameFault("name", n.Name, maxName); f != nil {
		wrong = append(wrong, f)
	}
	if f := provinceFault(n.Province); f != nil {
		wrong = append(wrong, f)
	}
	if n.Policy != NeverOut && n.Policy != Balanced && n.Policy != LittleWaste {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.choose").WithField("policy"))
	}
	switch n.Target.Kind {
	case NoTarget:
		if n.Target.Percent != 0 {
			wrong = append(wrong, fault.New(fault.Invalid, "shop.target_needs_kind").WithField("target"))
		}
	case CycleTarget, FillTarget:
		if n.Target.Percent < LeastTarget || n.Target.Percent > MostTarget {
			wrong = append(wrong, fault.New(fault.Invalid, "shop.target_range", fault.A("least", strconv.Itoa(LeastTarget)), fault.A("most", strconv.Itoa(MostTarget))).WithField("target_percent"))
		}
	default:
		wrong = append(wrong, fault.New(fault.Invalid, "shop.choose").WithField("target"))
	}
	if n.Ordering < 0 || n.Ordering > MostOrdering {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.ordering_range").WithField("ordering_cost"))
	}
	if n.ApproveAbove != nil && *n.ApproveAbove < 0 {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.approve_range").WithField("approve_above"))
	}
	if n.ShowUnit != "jin" && n.ShowUnit != "kg" {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.choose").WithField("show_unit"))
	}
	if n.OpenHour < 0 || n.CloseHour > 24 || n.OpenHour >= n.CloseHour {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.hours_invalid").WithField("close_hour"))
	}
	return wrong.Err()
}
