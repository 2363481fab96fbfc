package shopweb_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/ident"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

func teamOf(p shop.Person, rest string) string { return "/settings/team/" + p.ID.String() + rest }

// Role and access count at the very next request of the person (invariant I23).
func TestTeamChangesCountAtOnce(t *testing.T) {
	h := open(t, "", nil).people()
	li := h.add("li", tenant.Seller)
	owner, seller := h.loggedIn("wang"), h.loggedIn("li")
	seller.Get("/orders").Want(200).Contains(`"role":"seller"`)
	seller.Get("/settings/team").Want(403)
	seller.PostForm(teamOf(h.wang, "/role"), url.Values{"role": {"viewer"}}).Want(403)

	page := owner.Get("/settings/team").Want(200)
	page.Form("form[action='"+teamOf(li, "/role")+"']").Set("role", "manager").Submit().Want(303)
	seller.Get("/orders").Want(200).Contains(`"role":"manager"`)
	owner.PostForm(teamOf(li, "/role"), url.Values{"role": {"owner"}}).Want(303)
	seller.Get("/settings/team").Want(200)
	owner.PostForm(teamOf(li, "/role"), url.Values{"role": {"viewer"}}).Want(303)
	seller.Get("/settings/team").Want(403)

	owner.Get("/settings/team").Form("form[action='" + teamOf(li, "/access") + "']").Submit().Want(303)
	if r := seller.Get("/orders").Want(303); !strings.HasPrefix(r.Location(), "/login") {
		t.Errorf("somebody without access is led to %s", r.Location())
	}
	h.browser().PostForm("/login", url.Values{"login": {"li"}, "password": {secret}}).Want(401)
	owner.Get("/settings/team").Form("form[action='" + teamOf(li, "/access") + "']").Submit().Want(303)
	h.loggedIn("li").Get("/orders").Want(200).Contains(`"role":"viewer"`)
	seller.Get("/orders").Want(303) // the old session stays ended

	for _, rest := range []string{"/role", "/access", "/password"} { // one's own access is another's to change
		owner.PostForm(teamOf(h.wang, rest), url.Values{"role": {"viewer"}, "access": {"off"}, "password": {secret + "x"}, "again": {secret + "x"}}).Want(409)
	}
	owner.Get("/orders").Want(200).Contains(`"role":"owner"`)
	owner.PostForm("/settings/team/"+ident.New().String()+"/role", url.Values{"role": {"viewer"}}).Want(404)
	owner.PostForm(teamOf(li, "/role"), url.Values{"role": {"king"}}).Want(422)
	if wrong, err := h.shop.VerifyAudit(tenant.With(context.Background(), shop.ScopeOf(h.village))); err != nil || len(wrong) > 0 {
		t.Errorf("the trail: %v, %v", wrong, err)
	}
}

// An owner gives access and a new password; the person sets neither.
func TestTeamAddAndReset(t *testing.T) {
	h := open(t, "", nil).people()
	owner := h.loggedIn("wang")
	page := owner.Get("/settings/team?lang=en").Want(200)
	form := page.Form("form[action='/settings/team']").Set("person", "陈阿姨").Set("login", "13800138000").Set("role", "seller").Set("password", "short").Set("again", "short")
	refused := form.Submit().Want(422)
	if refused.Find("input[name=login]").AttrOr("value", "") != "13800138000" || refused.Find("[aria-invalid]").Length() != 1 {
		t.Error("the refused form does not keep what was typed, or does not say what is wrong")
	}
	form.Set("password", secret).Set("again", secret).Submit().Want(303).Follow().Want(200).Contains("陈阿姨", "Never logged in")
	form.Submit().Want(303) // a double click
	if r := owner.Get("/settings/team").Form("form[action='/settings/team']").Set("person", "x").Set("login", "13800138000").Set("role", "seller").
		Set("password", secret).Set("again", secret).Submit().Want(422); r.Find("[aria-invalid]").AttrOr("name", "") != "login" {
		t.Error("a second person with the same login")
	}
	chen := h.loggedIn("13800138000")
	chen.Get("/orders").Want(200).Contains(`"role":"seller"`)
	list, err := h.shop.Team(ownerScope(h))
	if err != nil || len(list) != 2 || list[0].Role != tenant.Owner || list[1].SeenAt == nil {
		t.Fatalf("%+v, %v", list, err)
	}
	reset := "/settings/team/" + list[1].Person.ID.String() + "/password"
	chen.Get(reset).Want(403)
	owner.Get(reset).Want(200).Form("form[action='"+reset+"']").Set("password", "another red lantern").Set("again", "another").Submit().Want(422)
	owner.Get(reset).Want(200).Form("form[action='"+reset+"']").Set("password", "another red lantern").Set("again", "another red lantern").Submit().Want(303)
	chen.Get("/orders").Want(303)
	h.browser().PostForm("/login", url.Values{"login": {"13800138000"}, "password": {secret}}).Want(401)
	h.browser().PostForm("/login", url.Values{"login": {"13800138000"}, "password": {"another red lantern"}}).Want(303)
	for _, lang := range []string{"zh-Hans", "fr", "en"} {
		owner.Get("/settings/team?lang=" + lang).Want(200)
		owner.Get(reset + "?lang=" + lang).Want(200)
	}
	if n := owner.Get("/settings").Want(200).Find("a[href='/settings/team']").Length(); n != 1 {
		t.Errorf("%d ways from the settings to the team", n)
	}
}

func ownerScope(h *house) context.Context {
	s := shop.ScopeOf(h.village)
	s.Person, s.Role = h.wang.ID, tenant.Owner
	return tenant.With(context.Background(), s)
}

// Nobody decides for another shop: who works in two is taken out of one, keeps the
// other and the password; people of another shop are as good as nobody.
func TestTeamOfTwoShops(t *testing.T) {
	h := open(t, "", nil).people()
	li := h.add("li", tenant.Seller)
	other, err := h.shop.CreateShop(context.Background(), shop.NewShop{Name: "镇上分店", Currency: "CNY", Timezone: "Asia/Shanghai"})
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := h.shop.AddPerson(context.Background(), other.ID, shop.NewPerson{Login: "zhao", Name: "赵", Password: secret, Role: tenant.Owner})
	if err != nil {
		t.Fatal(err)
	}
	owner := h.loggedIn("wang")
	for _, rest := range []string{"/role", "/access", "/password"} {
		owner.PostForm(teamOf(stranger, rest), url.Values{"role": {"viewer"}, "access": {"off"}, "password": {secret + "x"}, "again": {secret + "x"}}).Want(404)
	}
	owner.Get(teamOf(stranger, "/password")).Want(404)
	owner.Get("/settings/team").Want(200).Lacks("zhao")
	if err := h.atomic.Do(context.Background(), func(ctx context.Context) error {
		return h.store.SaveMembership(ctx, shop.Membership{Shop: other.ID, Person: li.ID, Role: tenant.Manager}, li.CreatedAt+1)
	}); err != nil {
		t.Fatal(err)
	}
	owner.PostForm(teamOf(li, "/password"), url.Values{"password": {secret + "x"}, "again": {secret + "x"}}).Want(409)
	owner.PostForm(teamOf(li, "/access"), url.Values{"access": {"off"}}).Want(303)
	owner.Get("/settings/team").Want(200).Lacks("Name of li")
	h.loggedIn("li").Get("/orders").Want(200).Contains(`"shop":"` + other.Slug + `"`)
}
