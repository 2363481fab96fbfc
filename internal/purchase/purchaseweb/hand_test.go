package purchaseweb_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// Sending from the list leads to the text for the supplier, once; a draft that waits, or
// is below the minimum, does not.
func TestSendFromTheList(t *testing.T) {
	h := open(t)
	o := h.draft(t, 10_000)
	list := h.Get("/orders?lang=en").Want(200)
	form := list.Form("form[action='" + at(o, "/send") + "']")
	if list.Find("form[action='"+at(o, "/send")+"'][data-hand]").Length() != 1 {
		t.Error("the script does not know what to hand over")
	}
	sent := form.Submit().Want(303)
	if sent.Location() != at(o, "?share=1") {
		t.Fatalf("sending leads to %s", sent.Location())
	}
	page := sent.Follow().Want(200)
	if text := page.Text("#hand"); !strings.Contains(text, o.NumberText()) || !strings.Contains(text, h.goods.Products[0].Name) {
		t.Errorf("handed: %q", text)
	}
	h.Get(at(o, "?share=1&copied=1")).Want(200).Contains("paste it into the chat")
	if h.Get(at(o, "")).Want(200).Find("#hand").Length() != 0 {
		t.Error("an order that was sent long ago is handed over again")
	}
	if h.Get("/orders").Want(200).Find("form[action='"+at(o, "/send")+"']").Length() != 0 {
		t.Error("what is sent can be sent again")
	}
	before := h.reread(t, o)
	form.Submit().Want(303) // again: nothing changes
	if again := h.reread(t, o); again.Version != before.Version || again.State != purchase.Sent {
		t.Error("sent twice")
	}
	draft := h.draft(t, 10_000)
	if h.Get(at(draft, "?share=1")).Want(200).Find("#hand").Length() != 0 {
		t.Error("a draft is handed over")
	}
	if h.as(t, "seller").Get("/orders").Want(200).Find("form[data-hand]").Length() != 0 {
		t.Error("a seller may send")
	}
}

type limited struct{ limit money.Amount }

func (l limited) Get(context.Context) (shop.Shop, error) {
	return shop.Shop{ApproveAbove: &l.limit}, nil
}

// The page of a draft that waits for the owner says who asked, and when; it is sent from
// there, not from the list.
func TestWhoAsksTheOwner(t *testing.T) {
	h := open(t)
	h.orders.SetShops(limited{1})
	o := h.draft(t, 10_000)
	scope, _ := tenant.From(h.A)
	asked := h.Clock.Now().In(scope.Zone).Format("15:04")
	scope.Role, scope.Person = tenant.Manager, ident.New()
	h.must(t, second(h.orders.Send(tenant.With(context.Background(), scope), o.ID, 0)))
	h.Clock.Pass(3 * time.Hour)
	for who, want := range map[string]string{"owner": "小李 asked you on", "viewer": "小李 asked on"} {
		text := plain(h.as(t, who).Get(at(o, "")).Want(200).Text(".note"))
		if !strings.Contains(text, want) || !strings.Contains(text, asked) {
			t.Errorf("%s reads %q", who, text)
		}
	}
	if h.Get("/orders").Want(200).Find("form[action='"+at(o, "/send")+"']").Length() != 0 {
		t.Error("what waits can be sent from the list, without a look at it")
	}
	h.Get(at(o, "")).Form("form[action='" + at(o, "/send") + "']").Submit().Want(303)
	if h.reread(t, o).State != purchase.Sent {
		t.Error("the owner's press does not send it")
	}
}
