// Package shoptest is the contract of shop.Store: the same tests for every store,
// and for the service upon it, because what a store forgets the service cannot keep.
package shoptest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"buhuo/internal/shop/argon"
	"buhuo/internal/tenant"
)

// House is a fresh store.
type House struct {
	Store  shop.Store
	Atomic shop.Atomic
	// Tamper runs a statement as somebody with the database in their hands would:
	// past the store and without the triggers that keep the audit trail.
	Tamper func(t *testing.T, statement string, args ...any)
}

// Start is where the tests' clock begins.
var Start = time.Date(2026, time.November, 23, 1, 30, 0, 0, time.UTC)

// Run tests the store that open makes, a fresh one each time.
func Run(t *testing.T, open func(t *testing.T) House) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, House)
	}{
		{"shops", testShops},
		{"people", testPeople},
		{"memberships", testMemberships},
		{"sessions", testSessions},
		{"visit", testVisit},
		{"attempts", testAttempts},
		{"audit", testAudit},
		{"no shop", testNoShop},
		{"service first start", testFirstStart},
		{"service shops", testServiceShops},
		{"service settings", testServiceSettings},
		{"service people", testServicePeople},
		{"service login", testLogin},
		{"service login stronger hash", testStrongerHash},
		{"service session ends", testSessionEnds},
		{"service session lists", testSessionLists},
		{"service membership", testMembershipCounts},
		{"service switch", testSwitch},
		{"service password", testPassword},
		{"service password in two places", testPasswordRace},
		{"service throttle account", testThrottleAccount},
		{"service throttle address", testThrottleAddress},
		{"service throttle owner", testThrottleSparesOwner},
		{"service throttle crowd", testThrottleCrowd},
		{"service purge", testPurge},
		{"service record", testRecord},
		{"service record crowd", testRecordCrowd},
		{"service tampering", testTampering},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func (h House) do(t *testing.T, ctx context.Context, fn func(ctx context.Context) error) {
	t.Helper()
	if err := h.Atomic.Do(ctx, fn); err != nil {
		t.Fatal(err)
	}
}

// refuse fails unless fn ends with want, and with it everything that fn wrote.
func (h House) refuse(t *testing.T, want error, fn func(ctx context.Context) error) {
	t.Helper()
	if err := h.Atomic.Do(t.Context(), fn); !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func shopOf(slug string) shop.Shop {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return shop.Shop{
		Slug: slug, Name: "店 " + slug, Timezone: "Asia/Shanghai", Zone: zone, Currency: money.CNY, Province: "33", PricesIncludeTax: true,
		Policy: shop.Balanced, Ordering: 50, OpenHour: 7, CloseHour: 21, MarketDays: day.MarketDays{1, 6}, ShowUnit: "jin", Secret: []byte{1, 2, 3}, CreatedAt: 5, Version: 1,
	}
}

func (h House) insertShop(t *testing.T, slug string) shop.Shop {
	t.Helper()
	var made shop.Shop
	h.do(t, t.Context(), func(ctx context.Context) (err error) {
		made, err = h.Store.InsertShop(ctx, shopOf(slug))
		return err
	})
	return made
}

func personOf(login string) shop.Person {
	return shop.Person{ID: ident.New(), Login: login, Name: "人 " + login, PasswordHash: "hash of " + login, Language: "fr", LargeText: true, CreatedAt: 7, ChangedAt: 8}
}

func (h House) insertPerson(t *testing.T, p shop.Person) shop.Person {
	t.Helper()
	h.do(t, t.Context(), func(ctx context.Context) error { return h.Store.InsertPerson(ctx, p) })
	return p
}

func (h House) join(t *testing.T, in shop.Shop, p shop.Person, role tenant.Role) {
	t.Helper()
	h.do(t, t.Context(), func(ctx context.Context) error {
		return h.Store.SaveMembership(ctx, shop.Membership{Shop: in.ID, Person: p.ID, Role: role}, 9)
	})
}

func testShops(t *testing.T, h House) {
	b, a := h.insertShop(t, "b"), h.insertShop(t, "a")
	if a.ID == b.ID || a.ID == 0 {
		t.Fatalf("ids %d and %d", a.ID, b.ID)
	}
	want := shopOf("a")
	want.ID = a.ID
	same(t, "by id", must[shop.Shop](t)(h.Store.ShopByID(t.Context(), a.ID)), want)
	same(t, "by slug", must[shop.Shop](t)(h.Store.ShopBySlug(t.Context(), "a")), want)
	var slugs []string
	for _, s := range must[[]shop.Shop](t)(h.Store.Shops(t.Context())) {
		slugs = append(slugs, s.Slug)
	}
	same(t, "order", slugs, []string{"a", "b"})
	h.refuse(t, shop.ErrTaken, func(ctx context.Context) error { _, err := h.Store.InsertShop(ctx, shopOf("a")); return err })
	if _, err := h.Store.ShopBySlug(t.Context(), "c"); !errors.Is(err, shop.ErrMissing) {
		t.Errorf("no such slug: %v", err)
	}
	if _, err := h.Store.ShopByID(t.Context(), 99); !errors.Is(err, shop.ErrMissing) {
		t.Errorf("no such id: %v", err)
	}

	next := want
	next.Name, next.Province, next.PricesIncludeTax, next.Policy = "新名", "", false, shop.LittleWaste
	limit := money.Amount(50_000)
	next.Target, next.Ordering, next.ApproveAbove = shop.Target{Kind: shop.FillTarget, Percent: 97}, 120, &limit
	next.OpenHour, next.CloseHour, next.MarketDays, next.ShowUnit = 0, 24, nil, "kg"
	next.Slug, next.Currency, next.Secret = "other", money.Currency{Code: "EUR", Exponent: 2}, []byte{9} // not to be written
	h.do(t, t.Context(), func(ctx context.Context) error { return h.Store.UpdateShop(ctx, next, 1) })
	next.Slug, next.Currency, next.Secret, next.Version = want.Slug, want.Currency, want.Secret, 2
	same(t, "updated", must[shop.Shop](t)(h.Store.ShopByID(t.Context(), a.ID)), next)
	h.refuse(t, shop.ErrStale, func(ctx context.Context) error { return h.Store.UpdateShop(ctx, next, 1) })
	same(t, "the other", must[shop.Shop](t)(h.Store.ShopByID(t.Context(), b.ID)).Name, "店 b")
}

func testPeople(t *testing.T, h House) {
	if must[bool](t)(h.Store.AnyPerson(t.Context())) {
		t.Error("somebody is there from the start")
	}
	wang, li := personOf("wang"), personOf("li")
	wang.Phone, li.Email = "13800138000", "li@example.org"
	h.insertPerson(t, wang)
	h.insertPerson(t, li)
	if !must[bool](t)(h.Store.AnyPerson(t.Context())) {
		t.Error("nobody is there")
	}
	same(t, "by id", must[shop.Person](t)(h.Store.PersonByID(t.Context(), wang.ID)), wang)
	for login, want := range map[string]shop.Person{"wang": wang, "13800138000": wang, "li": li, "li@example.org": li} {
		same(t, login, must[shop.Person](t)(h.Store.PersonByLogin(t.Context(), login)), want)
	}
	for _, login := range []string{"", "%", "nobody", "WANG"} {
		if p, err := h.Store.PersonByLogin(t.Context(), login); !errors.Is(err, shop.ErrMissing) {
			t.Errorf("%q is %v, %v", login, p, err)
		}
	}
	squatter := personOf("li@example.org") // a login that is another's e-mail comes first
	h.insertPerson(t, squatter)
	same(t, "login before e-mail", must[shop.Person](t)(h.Store.PersonByLogin(t.Context(), "li@example.org")).ID, squatter.ID)
	for _, twin := range []shop.Person{personOf("wang"), {ID: ident.New(), Login: "x", Phone: wang.Phone}, {ID: ident.New(), Login: "y", Email: li.Email}} {
		h.refuse(t, shop.ErrTaken, func(ctx context.Context) error { return h.Store.InsertPerson(ctx, twin) })
	}
	h.insertPerson(t, personOf("nophone")) // many have neither phone nor e-mail

	h.do(t, t.Context(), func(ctx context.Context) error {
		return errors.Join(h.Store.SetPassword(ctx, wang.ID, wang.PasswordHash, "new", 20), h.Store.SetAppearance(ctx, wang.ID, "en", false))
	})
	wang.PasswordHash, wang.ChangedAt, wang.Language, wang.LargeText = "new", 20, "en", false
	same(t, "changed", must[shop.Person](t)(h.Store.PersonByID(t.Context(), wang.ID)), wang)
	h.refuse(t, shop.ErrStale, func(ctx context.Context) error { return h.Store.SetPassword(ctx, wang.ID, "old", "newer", 21) })
	h.do(t, t.Context(), func(ctx context.Context) error { return h.Store.SetDisabled(ctx, wang.ID, true, 30) })
	wang.Disabled, wang.ChangedAt = true, 30
	same(t, "disabled", must[shop.Person](t)(h.Store.PersonByID(t.Context(), wang.ID)), wang)
	same(t, "the other", must[shop.Person](t)(h.Store.PersonByID(t.Context(), li.ID)), li)
	known := must[map[ident.ID]string](t)(h.Store.PersonNames(t.Context(), []ident.ID{wang.ID, li.ID, ident.New()}))
	same(t, "names", known, map[ident.ID]string{wang.ID: wang.Name, li.ID: li.Name})
	same(t, "names of nobody", len(must[map[ident.ID]string](t)(h.Store.PersonNames(t.Context(), nil))), 0)
	h.refuse(t, shop.ErrMissing, func(ctx context.Context) error { return h.Store.SetAppearance(ctx, ident.New(), "en", false) })
	h.refuse(t, shop.ErrMissing, func(ctx context.Context) error { return h.Store.SetDisabled(ctx, ident.New(), true, 1) })
}

func testMemberships(t *testing.T, h House) {
	a, b := h.insertShop(t, "a"), h.insertShop(t, "b")
	p, q := h.insertPerson(t, personOf("p")), h.insertPerson(t, personOf("q"))
	h.join(t, b, p, tenant.Owner)
	h.join(t, a, p, tenant.Seller)
	h.join(t, a, q, tenant.Viewer)
	h.join(t, a, p, tenant.Manager) // a new role, not a second membership
	want := []shop.Membership{{Shop: a.ID, Slug: "a", Name: a.Name, Person: p.ID, Role: tenant.Manager}, {Shop: b.ID, Slug: "b", Name: b.Name, Person: p.ID, Role: tenant.Owner}}
	same(t, "memberships", must[[]shop.Membership](t)(h.Store.Memberships(t.Context(), p.ID)), want)
	team := must[[]shop.Member](t)(h.Store.Members(shop.Acting(t.Context(), a)))
	if len(team) != 2 || team[0].Person.ID != p.ID || !team[0].Elsewhere || team[0].Role != tenant.Manager || team[1].Elsewhere || team[1].Person.PasswordHash != "" {
		t.Errorf("the team of a: %+v", team)
	}
	h.do(t, t.Context(), func(ctx context.Context) error { return h.Store.DeleteMembership(ctx, a.ID, p.ID) })
	same(t, "after leaving", must[[]shop.Membership](t)(h.Store.Memberships(t.Context(), p.ID)), want[1:])
	same(t, "the other's", len(must[[]shop.Membership](t)(h.Store.Memberships(t.Context(), q.ID))), 1)
	if err := h.Atomic.Do(t.Context(), func(ctx context.Context) error {
		return h.Store.SaveMembership(ctx, shop.Membership{Shop: 99, Person: p.ID, Role: tenant.Owner}, 1)
	}); err == nil {
		t.Error("a membership of no shop")
	}
}

func sessionOf(name string, in shop.Shop, p shop.Person) shop.Session {
	return shop.Session{TokenHash: []byte(name), Person: p.ID, Shop: in.ID, CreatedAt: 100, SeenAt: 100, ExpiresAt: 200, Agent: "browser " + name}
}

func testSessions(t *testing.T, h House) {
	a, b := h.insertShop(t, "a"), h.insertShop(t, "b")
	p, q := h.insertPerson(t, personOf("p")), h.insertPerson(t, personOf("q"))
	one, two, other := sessionOf("one", a, p), sessionOf("two", a, p), sessionOf("other", a, q)
	h.do(t, t.Context(), func(ctx context.Context) error {
		return errors.Join(h.Store.InsertSession(ctx, one), h.Store.InsertSession(ctx, two), h.Store.InsertSession(ctx, other))
	})
	h.refuse(t, shop.ErrTaken, func(ctx context.Context) error { return h.Store.InsertSession(ctx, one) })
	h.do(t, t.Context(), func(ctx context.Context) error {
		return errors.Join(h.Store.TouchSession(ctx, one.TokenHash, 150, 300), h.Store.MoveSession(ctx, two.TokenHash, b.ID), h.Store.TouchSession(ctx, []byte("none"), 1, 1))
	})
	one.SeenAt, one.ExpiresAt, two.Shop = 150, 300, b.ID
	list := func(of shop.Person) []shop.Session {
		return must[[]shop.Session](t)(h.Store.SessionsOf(t.Context(), of.ID))
	}
	same(t, "the last used first", list(p), []shop.Session{one, two})
	h.do(t, t.Context(), func(ctx context.Context) error { return h.Store.PurgeSessions(ctx, 201) })
	same(t, "after the purge", list(p), []shop.Session{one})
	same(t, "the other's too", len(list(q)), 0)
	h.do(t, t.Context(), func(ctx context.Context) error {
		return errors.Join(h.Store.InsertSession(ctx, two), h.Store.InsertSession(ctx, other), h.Store.DeleteSession(ctx, one.TokenHash), h.Store.DeleteSession(ctx, []byte("none")))
	})
	same(t, "after one was ended", list(p), []shop.Session{two})
	h.do(t, t.Context(), func(ctx context.Context) error {
		return errors.Join(h.Store.InsertSession(ctx, one), h.Store.DeleteSessions(ctx, p.ID))
	})
	same(t, "after all were ended", len(list(p)), 0)
	same(t, "the other's stays", list(q), []shop.Session{other})
}

func testVisit(t *testing.T, h House) {
	a := h.insertShop(t, "a")
	p := h.insertPerson(t, personOf("p"))
	x := sessionOf("x", a, p)
	h.do(t, t.Context(), func(ctx context.Context) error { return h.Store.InsertSession(ctx, x) })
	gone := func(hash string) {
		t.Helper()
		if _, err := h.Store.Visit(t.Context(), []byte(hash)); !errors.Is(err, shop.ErrMissing) {
			t.Errorf("%s: %v", hash, err)
		}
	}
	gone("x") // not a member
	h.join(t, a, p, tenant.Seller)
	gone("y")
	v := must[shop.Visit](t)(h.Store.Visit(t.Context(), x.TokenHash))
	x.Agent = "" // nobody needs it at each request
	want := shop.Visit{Session: x, PersonName: p.Name, Language: "fr", LargeText: true, Role: tenant.Seller, Slug: "a", ShopName: a.Name, Zone: a.Zone, Currency: a.Currency}
	same(t, "visit", v, want)
	h.do(t, t.Context(), func(ctx context.Context) error { return h.Store.SetDisabled(ctx, p.ID, true, 1) })
	if !must[shop.Visit](t)(h.Store.Visit(t.Context(), x.TokenHash)).Disabled {
		t.Error("a disabled person visits")
	}
}

func testAttempts(t *testing.T, h House) {
	a, b, c := []byte("bucket a"), []byte("bucket b"), []byte("bucket c")
	read := func() []shop.Attempts {
		return must[[]shop.Attempts](t)(h.Store.Attempts(t.Context(), [][]byte{a, b, c}))
	}
	same(t, "nothing", read(), make([]shop.Attempts, 3))
	h.do(t, t.Context(), func(ctx context.Context) error {
		return errors.Join(h.Store.SaveAttempts(ctx, c, shop.Attempts{Failures: 1, LastAt: 10}), h.Store.SaveAttempts(ctx, a, shop.Attempts{Failures: 5, LastAt: 20}),
			h.Store.SaveAttempts(ctx, c, shop.Attempts{Failures: 2, LastAt: 30}))
	})
	same(t, "counted", read(), []shop.Attempts{{Failures: 5, LastAt: 20}, {}, {Failures: 2, LastAt: 30}})
	h.do(t, t.Context(), func(ctx context.Context) error {
		held, err := h.Store.HoldAttempts(ctx, [][]byte{b, a})
		same(t, "held", held, []shop.Attempts{{}, {Failures: 5, LastAt: 20}})
		return err
	})
	same(t, "held and left alone", read(), []shop.Attempts{{Failures: 5, LastAt: 20}, {}, {Failures: 2, LastAt: 30}})
	h.do(t, t.Context(), func(ctx context.Context) error { return h.Store.PurgeAttempts(ctx, 30) })
	same(t, "purged", read(), []shop.Attempts{{}, {}, {Failures: 2, LastAt: 30}})
	h.do(t, t.Context(), func(ctx context.Context) error { return h.Store.SaveAttempts(ctx, c, shop.Attempts{}) })
	same(t, "forgiven", read(), make([]shop.Attempts, 3))
}

func testAudit(t *testing.T, h House) {
	a, b := shop.Acting(t.Context(), h.insertShop(t, "a")), shop.Acting(t.Context(), h.insertShop(t, "b"))
	head := func(ctx context.Context) (int64, []byte) {
		t.Helper()
		seq, hash, err := h.Store.AuditHead(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return seq, hash
	}
	seq, zero := head(a)
	if seq != 0 || !slices.Equal(zero, make([]byte, 32)) {
		t.Errorf("the trail begins with %d, %x", seq, zero)
	}
	var entries []shop.Entry
	for i := range 3 {
		h.do(t, a, func(ctx context.Context) error {
			seq, previous, err := h.Store.NextAudit(ctx)
			if err != nil {
				return err
			}
			scope, _ := tenant.From(ctx)
			e := shop.Entry{Shop: scope.Shop, Seq: seq, At: day.Micros(i), Person: ident.New(), Request: "r", Action: "a.b", Subject: ident.New(), Detail: `{"é":1}`, Hash: append([]byte{byte(i)}, previous[1:]...)}
			entries = append(entries, e)
			return h.Store.AppendAudit(ctx, e)
		})
	}
	same(t, "numbers", []int64{entries[0].Seq, entries[1].Seq, entries[2].Seq}, []int64{1, 2, 3})
	if seq, hash := head(a); seq != 3 || !slices.Equal(hash, entries[2].Hash) {
		t.Errorf("the head is %d, %x", seq, hash)
	}
	same(t, "lines", must[[]shop.Entry](t)(h.Store.AuditAfter(a, 1, 1)), entries[1:2])
	reversed := []shop.Entry{entries[2], entries[1], entries[0]}
	for _, c := range []struct {
		name string
		q    shop.TrailQuery
		want []shop.Entry
	}{
		{"the trail", shop.TrailQuery{}, reversed}, {"two lines", shop.TrailQuery{Limit: 2}, reversed[:2]}, {"those before", shop.TrailQuery{Before: 3}, reversed[1:]},
		{"of a person", shop.TrailQuery{Person: entries[1].Person}, reversed[1:2]}, {"of a time", shop.TrailQuery{From: 1, Until: 2}, reversed[1:2]},
		{"of a kind", shop.TrailQuery{Kind: "a"}, reversed},
	} {
		same(t, c.name, must[[]shop.Entry](t)(h.Store.Trail(a, c.q)), c.want)
	}
	for _, q := range []shop.TrailQuery{{Kind: "a.b"}, {Kind: "b"}, {Person: ident.New()}, {From: 9}} {
		same(t, "nothing", len(must[[]shop.Entry](t)(h.Store.Trail(a, q))), 0)
	}
	same(t, "the other shop's trail", len(must[[]shop.Entry](t)(h.Store.Trail(b, shop.TrailQuery{}))), 0)
	same(t, "the other shop's lines", len(must[[]shop.Entry](t)(h.Store.AuditAfter(b, 0, 9))), 0)
	if seq, _ := head(b); seq != 0 {
		t.Errorf("the other shop's head is %d", seq)
	}
	broken := errors.New("broken")
	if err := h.Atomic.Do(a, func(ctx context.Context) error {
		if _, _, err := h.Store.NextAudit(ctx); err != nil {
			return err
		}
		return broken
	}); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if seq, _ := head(a); seq != 3 {
		t.Errorf("a number was lost: %d", seq)
	}
}

// testNoShop proves that the trail is read and written in a shop only.
func testNoShop(t *testing.T, h House) {
	h.insertShop(t, "a")
	if _, _, err := h.Store.AuditHead(t.Context()); err == nil {
		t.Error("the head of no shop")
	}
	if l, err := h.Store.AuditAfter(t.Context(), 0, 9); err == nil {
		t.Errorf("lines of no shop: %v", l)
	}
	if l, err := h.Store.Trail(t.Context(), shop.TrailQuery{}); err == nil {
		t.Errorf("a trail of no shop: %v", l)
	}
	if err := h.Atomic.Do(t.Context(), func(ctx context.Context) error { _, _, err := h.Store.NextAudit(ctx); return err }); err == nil {
		t.Error("a number of no shop")
	}
	if err := h.Atomic.Do(t.Context(), func(ctx context.Context) error { return h.Store.AppendAudit(ctx, shop.Entry{Seq: 1}) }); err == nil {
		t.Error("a line of no shop")
	}
}

// cheap is a cost that costs nothing.
var cheap = argon.Parameters{Time: 1, Memory: 64, Threads: 1}
