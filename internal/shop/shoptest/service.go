package shoptest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"buhuo/internal/shop/argon"
	"buhuo/internal/tenant"
)

// village is the service on a clock that the test moves, with a shop and its owner.
type village struct {
	House
	*shop.Service
	now  time.Time
	shop shop.Shop
	wang shop.Person
}

const secret = "nine red lanterns"

func (h House) service(cost argon.Parameters) *village {
	v := &village{House: h, now: Start}
	v.Service = shop.New(h.Store, h.Atomic, argon.New(cost), func() time.Time { return v.now })
	return v
}

func (h House) village(t *testing.T) *village {
	t.Helper()
	v := h.service(cheap)
	v.shop = v.open(t, "村口小店")
	v.wang = v.add(t, "wang", tenant.Owner)
	return v
}

func (v *village) open(t *testing.T, name string) shop.Shop {
	t.Helper()
	return must[shop.Shop](t)(v.CreateShop(t.Context(), shop.NewShop{Name: name, Currency: "CNY", Timezone: "Asia/Shanghai"}))
}

func (v *village) add(t *testing.T, login string, role tenant.Role) shop.Person {
	t.Helper()
	return must[shop.Person](t)(v.AddPerson(t.Context(), v.shop.ID, shop.NewPerson{Login: login, Password: secret, Role: role}))
}

// in is a ctx of the person's session.
func (v *village) in(t *testing.T, token string) context.Context {
	t.Helper()
	return tenant.With(t.Context(), must[shop.Active](t)(v.Authenticate(t.Context(), token)).Scope)
}

// try logs in from an address of its own, so that tests do not slow each other.
func (v *village) try(login, password string) (string, error) {
	token, _, err := v.Login(context.Background(), shop.Credentials{Login: login, Password: password, Address: "203.0.113.9", Agent: "Test browser"})
	return token, err
}

func (v *village) login(t *testing.T, login string) string {
	t.Helper()
	return must[string](t)(v.try(login, secret))
}

// ended fails unless the token opens nothing.
func (v *village) ended(t *testing.T, token string) {
	t.Helper()
	if a, err := v.Authenticate(t.Context(), token); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("the session still opens %q: %v", a.Scope.Slug, err)
	}
}

func (v *village) alive(t *testing.T, token string) shop.Active {
	t.Helper()
	return must[shop.Active](t)(v.Authenticate(t.Context(), token))
}

// wants fails unless err is a fault of the key about the field.
func wants(t *testing.T, err error, key, field string) {
	t.Helper()
	e, ok := fault.As(err)
	if !ok || e.Key != key || e.Field != field {
		t.Errorf("got %v, want %s about %q", err, key, field)
	}
}

func (v *village) sound(t *testing.T, in shop.Shop) {
	t.Helper()
	if wrong := must[[]string](t)(v.VerifyAudit(shop.Acting(t.Context(), in))); len(wrong) > 0 {
		t.Errorf("the audit trail of %s: %v", in.Slug, wrong)
	}
}

func testFirstStart(t *testing.T, h House) {
	v := h.service(cheap)
	owner := shop.NewPerson{Login: "138 0013 8000", Name: "王", Password: "short", Language: "fr", Role: tenant.Viewer}
	_, _, err := v.SetUp(t.Context(), shop.NewShop{Timezone: "Mars", Currency: "XXZ", Province: "99"}, owner, "")
	var wrong fault.Fields
	if !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	for field, key := range map[string]string{"name": "shop.required", "timezone": "shop.timezone_unknown", "currency": "shop.currency_unknown", "province": "shop.province_unknown", "password": "shop.password_short"} {
		if e := wrong.For(field); e == nil || e.Key != key {
			t.Errorf("%s: %v, want %s", field, e, key)
		}
	}
	if list := must[[]shop.Shop](t)(v.Shops(t.Context())); len(list) != 0 || must[bool](t)(v.HasPerson(t.Context())) {
		t.Errorf("a refused start left %v", list)
	}
	owner.Password = secret
	token, expires, err := v.SetUp(t.Context(), shop.NewShop{Name: "村口小店", Timezone: "Asia/Shanghai", Currency: "CNY"}, owner, "phone")
	if err != nil || !expires.After(v.now) {
		t.Fatal(expires, err)
	}
	a := v.alive(t, token)
	if a.Scope.Slug != "cunkouxiaodian" || a.Scope.PersonName != "王" || a.Scope.Role != tenant.Owner || a.Scope.Lang != "fr" {
		t.Errorf("the first session is %+v", a.Scope)
	}
	_, _, err = v.SetUp(t.Context(), shop.NewShop{Name: "Second", Timezone: "Asia/Shanghai", Currency: "CNY"}, shop.NewPerson{Login: "thief", Password: secret}, "")
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("a second first start: %v", err)
	}
	same(t, "shops", len(must[[]shop.Shop](t)(v.Shops(t.Context()))), 1)
	v.sound(t, must[shop.Shop](t)(v.BySlug(t.Context(), "cunkouxiaodian")))
}

func testServiceShops(t *testing.T, h House) {
	v := h.service(cheap)
	first := v.open(t, "村口小店")
	second := v.open(t, " 村\u200b口小店 ") // what cannot be seen makes no other name
	if first.Slug != "cunkouxiaodian" || second.Slug != "cunkouxiaodian-2" || second.Name != first.Name || slices.Equal(first.Secret, second.Secret) {
		t.Errorf("%q and %q", first.Slug, second.Slug)
	}
	_, err := v.CreateShop(t.Context(), shop.NewShop{Slug: first.Slug, Name: "x", Currency: "CNY", Timezone: "UTC"})
	wants(t, err, "shop.slug_taken", "slug")
	_, err = v.CreateShop(t.Context(), shop.NewShop{Slug: "-x", Name: "x", Currency: "CNY", Timezone: "UTC"})
	wants(t, err, "shop.slug_invalid", "slug")
	_, err = v.BySlug(t.Context(), "nowhere")
	wants(t, err, "shop.unknown", "")
	if _, err := v.Get(t.Context()); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("a shop without a scope: %v", err)
	}
	v.sound(t, first)
	v.sound(t, second)
}

func testServiceSettings(t *testing.T, h House) {
	v := h.village(t)
	ctx := shop.Acting(t.Context(), v.shop)
	good := shop.Settings{Name: "新店", Province: "33", Policy: shop.NeverOut, Target: shop.Target{Kind: shop.CycleTarget, Percent: 96}, Ordering: 80, OpenHour: 6, CloseHour: 22, MarketDays: day.MarketDays{3}, ShowUnit: "kg"}
	if err := v.Update(ctx, good, 1); err != nil {
		t.Fatal(err)
	}
	got := must[shop.Shop](t)(v.Get(ctx))
	if got.Name != "新店" || got.Policy != shop.NeverOut || got.Target != good.Target || got.Ordering != 80 || got.PricesIncludeTax || got.Version != 2 || got.Currency != money.CNY {
		t.Errorf("saved %+v", got)
	}
	wants(t, v.Update(ctx, good, 1), "shop.changed_meanwhile", "")
	for field, spoil := range map[string]func(*shop.Settings){
		"name":           func(s *shop.Settings) { s.Name = " \u200d " },
		"province":       func(s *shop.Settings) { s.Province = "浙江" },
		"policy":         func(s *shop.Settings) { s.Policy = "greedy" },
		"target":         func(s *shop.Settings) { s.Target = shop.Target{Kind: "luck", Percent: 90} },
		"target_percent": func(s *shop.Settings) { s.Target.Percent = 100 },
		"ordering_cost":  func(s *shop.Settings) { s.Ordering = -1 },
		"approve_above":  func(s *shop.Settings) { below := money.Amount(-1); s.ApproveAbove = &below },
		"show_unit":      func(s *shop.Settings) { s.ShowUnit = "stone" },
		"close_hour":     func(s *shop.Settings) { s.OpenHour = 22 },
	} {
		bad := good
		spoil(&bad)
		var wrong fault.Fields
		if err := v.Update(ctx, bad, 2); !errors.As(err, &wrong) || len(wrong) != 1 || wrong[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	long := good
	long.Name = strings.Repeat("店", 121)
	wants(t, v.Update(ctx, long, 2), "shop.too_long", "name")
	long.Name = strings.Repeat("𬍛", 120)
	if err := v.Update(ctx, long, 2); err != nil {
		t.Errorf("120 rare characters: %v", err)
	}
	v.sound(t, v.shop)
}

func testServicePeople(t *testing.T, h House) {
	v := h.village(t)
	add := func(n shop.NewPerson) error {
		if n.Password == "" {
			n.Password = secret
		}
		if n.Role == "" {
			n.Role = tenant.Seller
		}
		_, err := v.AddPerson(t.Context(), v.shop.ID, n)
		return err
	}
	if err := add(shop.NewPerson{Login: "li", Phone: "+86 138-0013-8000", Email: "Li@Example.org"}); err != nil {
		t.Fatal(err)
	}
	// Nobody may take a name that logs somebody else in, in whatever field.
	wants(t, add(shop.NewPerson{Login: "ＷＡＮＧ"}), "shop.login_taken", "login")
	wants(t, add(shop.NewPerson{Login: "13800138000"}), "shop.login_taken", "login")
	wants(t, add(shop.NewPerson{Login: "li@example.ORG"}), "shop.login_taken", "login")
	wants(t, add(shop.NewPerson{Login: "x", Phone: "138 0013 8000"}), "shop.login_taken", "phone")
	wants(t, add(shop.NewPerson{Login: "x", Email: "LI@example.org"}), "shop.login_taken", "email")
	wants(t, add(shop.NewPerson{Login: ""}), "shop.required", "login")
	wants(t, add(shop.NewPerson{Login: strings.Repeat("x", 121)}), "shop.too_long", "login")
	wants(t, add(shop.NewPerson{Login: "x", Phone: "call me"}), "shop.phone_invalid", "phone")
	wants(t, add(shop.NewPerson{Login: "x", Email: "nowhere"}), "shop.email_invalid", "email")
	wants(t, add(shop.NewPerson{Login: "x", Role: "king"}), "shop.choose", "role")
	wants(t, add(shop.NewPerson{Login: "longenough", Password: "LongEnough"}), "shop.password_name", "password")
	wants(t, add(shop.NewPerson{Login: "x", Password: "Password123"}), "shop.password_common", "password")
	for _, login := range []string{"li", "13800138000", "8613800138000", " LI@EXAMPLE.ORG "} {
		v.login(t, login)
	}
	same(t, "lines of the trail", actions(t, v, v.shop)["person.added"], 2)
	v.sound(t, v.shop)
}

// actions counts the lines of the trail by what they say.
func actions(t *testing.T, v *village, in shop.Shop) map[string]int {
	t.Helper()
	count := map[string]int{}
	for _, e := range must[[]shop.Entry](t)(v.Store.AuditAfter(shop.Acting(t.Context(), in), 0, 10_000)) {
		count[e.Action]++
	}
	return count
}

func testPurge(t *testing.T, h House) {
	v := h.village(t)
	old := v.login(t, "wang")
	if _, err := v.try("wang", "wrong password"); err == nil {
		t.Fatal("a wrong password is right")
	}
	v.now = v.now.Add(31 * 24 * time.Hour)
	fresh := v.login(t, "wang")
	if err := v.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	same(t, "sessions", len(must[[]shop.Session](t)(v.Store.SessionsOf(t.Context(), v.wang.ID))), 1)
	v.ended(t, old)
	v.alive(t, fresh)
}

func testRecord(t *testing.T, h House) {
	v := h.village(t)
	ctx := tenant.WithRequest(shop.Acting(t.Context(), v.shop), "request 7")
	subject := ident.New()
	h.do(t, ctx, func(ctx context.Context) error {
		return v.Record(ctx, "test.done", subject, map[string]any{"b": 1, "a": "枣"})
	})
	list := must[[]shop.Entry](t)(v.Store.AuditAfter(ctx, 0, 99))
	last := list[len(list)-1]
	if last.Action != "test.done" || last.Subject != subject || last.Detail != `{"a":"枣","b":1}` || last.Request != "request 7" || last.At != day.At(v.now) {
		t.Errorf("the line is %+v", last)
	}
	broken := errors.New("broken")
	err := h.Atomic.Do(ctx, func(ctx context.Context) error {
		if err := v.Record(ctx, "test.undone", subject, nil); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) || actions(t, v, v.shop)["test.undone"] != 0 {
		t.Errorf("a line outlived what it tells: %v", err)
	}
	if err := v.Record(t.Context(), "test.nowhere", subject, nil); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("a line without a shop: %v", err)
	}
	v.sound(t, v.shop)
}
