package shoptest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/shop"
	"buhuo/internal/shop/argon"
	"buhuo/internal/tenant"
)

func testLogin(t *testing.T, h House) {
	v := h.village(t)
	token := v.login(t, "wang")
	a := v.alive(t, token)
	s := a.Scope
	if s.Shop != v.shop.ID || s.Slug != v.shop.Slug || s.ShopName != v.shop.Name || s.Person != v.wang.ID || s.Role != tenant.Owner || s.Zone.String() != "Asia/Shanghai" || s.Currency.Code != "CNY" {
		t.Errorf("the scope is %+v", s)
	}
	if again := v.login(t, "wang"); again == token || len(token) < 40 {
		t.Errorf("tokens %q and %q", token, again)
	}
	for _, row := range must[[]shop.Session](t)(v.Store.SessionsOf(t.Context(), v.wang.ID)) {
		if string(row.TokenHash) == token {
			t.Error("the token itself is stored")
		}
	}
	var answers []error
	for _, c := range [][2]string{{"wang", "wrong password"}, {"nobody", secret}, {"", ""}, {"wang", ""}, {"wang", secret + " "}, {"wang%", secret}} {
		_, err := v.try(c[0], c[1])
		answers = append(answers, err)
		v.now = v.now.Add(time.Hour)
	}
	for i, err := range answers {
		wants(t, err, "shop.login_wrong", "")
		if err.Error() != answers[0].Error() {
			t.Errorf("answer %d tells more: %v", i, err)
		}
	}
	h.do(t, t.Context(), func(ctx context.Context) error { return v.Store.SetDisabled(ctx, v.wang.ID, true, 1) })
	_, err := v.try("wang", secret)
	wants(t, err, "shop.login_wrong", "")
	v.ended(t, token)
	same(t, "lines of the trail", actions(t, v, v.shop)["person.logged_in"], 2)
	v.sound(t, v.shop)
}

func testStrongerHash(t *testing.T, h House) {
	v := h.village(t)
	before := must[shop.Person](t)(v.Store.PersonByID(t.Context(), v.wang.ID))
	strong := h.service(argon.Parameters{Time: 2, Memory: 128, Threads: 1})
	strong.login(t, "wang")
	after := must[shop.Person](t)(v.Store.PersonByID(t.Context(), v.wang.ID))
	if after.PasswordHash == before.PasswordHash {
		t.Error("the weak hash stays")
	}
	strong.login(t, "wang")
	if again := must[shop.Person](t)(v.Store.PersonByID(t.Context(), v.wang.ID)); again.PasswordHash != after.PasswordHash {
		t.Error("a hash that is strong enough is made anew")
	}
	v.login(t, "wang") // and a program of lower cost still reads it
}

func testSessionEnds(t *testing.T, h House) {
	v := h.village(t)
	const dayLong = 24 * time.Hour
	idle := v.login(t, "wang")
	v.now = v.now.Add(30*dayLong - time.Second)
	kept := v.login(t, "wang")
	if a := v.alive(t, idle); !a.Extended || !a.Expires.Equal(v.now.Add(30*dayLong)) {
		t.Errorf("a visit moves the end to %v (extended %v)", a.Expires, a.Extended)
	}
	if a := v.alive(t, idle); a.Extended {
		t.Error("each request writes")
	}
	v.now = v.now.Add(30 * dayLong)
	v.ended(t, idle)
	v.ended(t, kept)

	born := v.now
	used := v.login(t, "wang")
	for v.now.Before(born.Add(180*dayLong - time.Hour)) {
		v.now = v.now.Add(20 * dayLong)
		if v.now.After(born.Add(180 * dayLong)) {
			v.now = born.Add(180*dayLong - time.Second)
		}
		if v.now.Equal(born.Add(180 * dayLong)) {
			break
		}
		if a := v.alive(t, used); a.Expires.After(born.Add(180 * dayLong)) {
			t.Fatalf("after %v the session is to live until %v", v.now.Sub(born), a.Expires)
		}
	}
	v.now = born.Add(180 * dayLong)
	v.ended(t, used)

	out := v.login(t, "wang")
	other := v.login(t, "wang")
	if err := v.Logout(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	v.ended(t, out)
	v.alive(t, other)
	for _, forged := range []string{"", "x", out + "x", other[1:]} {
		v.ended(t, forged)
	}
	if err := v.Logout(t.Context(), "never was"); err != nil {
		t.Error(err)
	}
}

func testSessionLists(t *testing.T, h House) {
	v := h.village(t)
	v.add(t, "li", tenant.Seller)
	mine, phone, lis := v.login(t, "wang"), v.login(t, "wang"), v.login(t, "li")
	ctx := v.in(t, mine)
	list := must[[]shop.Listed](t)(v.Sessions(ctx, mine))
	var other ident.ID
	current := 0
	for _, s := range list {
		if s.Current {
			current++
		} else {
			other = s.ID
		}
		if s.Agent != "Test browser" {
			t.Errorf("the browser is %q", s.Agent)
		}
	}
	if len(list) != 2 || current != 1 {
		t.Fatalf("the list is %+v", list)
	}
	if err := v.EndSession(ctx, other); err != nil {
		t.Fatal(err)
	}
	v.ended(t, phone)
	v.alive(t, mine)
	wants(t, v.EndSession(ctx, other), "shop.session_unknown", "")
	wants(t, v.EndSession(ctx, v.alive(t, lis).ID), "shop.session_unknown", "") // somebody else's
	v.alive(t, lis)
	if _, err := v.Sessions(t.Context(), mine); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("nobody's sessions: %v", err)
	}
}

// testMembershipCounts: role, leaving and disabling count at the next request.
func testMembershipCounts(t *testing.T, h House) {
	v := h.village(t)
	li := v.add(t, "li", tenant.Seller)
	token := v.login(t, "li")
	h.join(t, v.shop, li, tenant.Manager)
	same(t, "role", v.alive(t, token).Scope.Role, tenant.Manager)
	h.do(t, t.Context(), func(ctx context.Context) error { return v.Store.SetDisabled(ctx, li.ID, true, 1) })
	v.ended(t, token)
	h.do(t, t.Context(), func(ctx context.Context) error { return v.Store.SetDisabled(ctx, li.ID, false, 2) })
	v.alive(t, token)
	h.do(t, t.Context(), func(ctx context.Context) error { return v.Store.DeleteMembership(ctx, v.shop.ID, li.ID) })
	v.ended(t, token)
	_, err := v.try("li", secret)
	wants(t, err, "shop.login_wrong", "")
}

func testSwitch(t *testing.T, h House) {
	v := h.village(t)
	second, foreign := v.open(t, "Second"), v.open(t, "Foreign")
	h.join(t, second, v.wang, tenant.Viewer)
	token := v.login(t, "wang")
	ctx := v.in(t, token)
	start := v.alive(t, token).Scope.Slug
	wants(t, v.SwitchShop(ctx, token, foreign.Slug), "shop.unknown", "")
	same(t, "still in", v.alive(t, token).Scope.Slug, start)
	if err := v.SwitchShop(ctx, token, second.Slug); err != nil {
		t.Fatal(err)
	}
	if s := v.alive(t, token).Scope; s.Slug != second.Slug || s.Role != tenant.Viewer {
		t.Errorf("the session is in %q as %s", s.Slug, s.Role)
	}
	same(t, "memberships", len(must[[]shop.Membership](t)(v.Memberships(ctx))), 2)
}

func testPassword(t *testing.T, h House) {
	v := h.village(t)
	second := v.open(t, "Village Pantry")
	h.join(t, second, v.wang, tenant.Owner)
	here, phone := v.login(t, "wang"), v.login(t, "wang")
	ctx := v.in(t, here)
	change := func(current, next string) (string, error) {
		token, _, err := v.ChangePassword(ctx, current, next, "Test browser")
		return token, err
	}
	_, err := change("wrong password", "another good one")
	wants(t, err, "shop.password_wrong", "current")
	for next, key := range map[string]string{"short": "shop.password_short", "ＷＡＮＧ": "shop.password_short", "village pantry": "shop.password_name", v.shop.Name: "shop.password_short", "88888888": "shop.password_common"} {
		_, err := change(secret, next)
		wants(t, err, key, "password")
	}
	v.alive(t, phone) // a refused change ends nothing
	const next = "another good one"
	fresh, err := change(secret, next)
	if err != nil {
		t.Fatal(err)
	}
	v.ended(t, here)
	v.ended(t, phone)
	v.alive(t, fresh)
	_, err = v.try("wang", secret)
	wants(t, err, "shop.login_wrong", "")
	must[string](t)(v.try("wang", next))

	wants(t, v.SetPassword(t.Context(), "nobody", next), "shop.person_unknown", "")
	if err := v.SetPassword(t.Context(), " WANG ", "set by the keeper"); err != nil {
		t.Fatal(err)
	}
	v.ended(t, fresh)
	must[string](t)(v.try("wang", "set by the keeper"))
	for _, in := range []shop.Shop{v.shop, second} { // each shop learns it
		same(t, "lines in "+in.Slug, actions(t, v, in)["person.password_changed"], 2)
		v.sound(t, in)
	}
	for range 4 {
		_, _, err = v.ChangePassword(v.in(t, v.keep(t)), "guess of a thief", next, "")
		wants(t, err, "shop.password_wrong", "current")
	}
	_, _, _ = v.ChangePassword(v.in(t, v.keep(t)), "guess of a thief", next, "")
	_, _, err = v.ChangePassword(v.in(t, v.keep(t)), "guess of a thief", next, "")
	if fault.KindOf(err) != fault.TooMany {
		t.Errorf("a thief with the phone may guess on: %v", err)
	}
}

// keep is a session whatever the password is now.
func (v *village) keep(t *testing.T) string {
	t.Helper()
	token, err := v.try("wang", "set by the keeper")
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// testPasswordRace changes one password in many places at once: exactly one wins.
func testPasswordRace(t *testing.T, h House) {
	v := h.village(t)
	token := v.login(t, "wang")
	ctx := v.in(t, token)
	const n = 4
	errs, names := make([]error, n), []string{"first new password", "second new password", "third new password", "fourth new password"}
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { _, _, errs[i] = v.ChangePassword(ctx, secret, names[i], "") })
	}
	wait.Wait()
	won := -1
	for i, err := range errs {
		switch {
		case err == nil && won < 0:
			won = i
		case err == nil:
			t.Error("two changes won")
		case fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.TooMany:
			t.Error(err)
		}
	}
	if won < 0 {
		t.Fatal(errors.Join(errs...))
	}
	must[string](t)(v.try("wang", names[won]))
	v.sound(t, v.shop)
}
