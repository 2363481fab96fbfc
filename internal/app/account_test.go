package app_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/account"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// TestCreditBook goes through a debt: whoever sells writes it and learns nothing, the owner
// sees it, it is paid, and the person is forgotten while every sum stays.
func TestCreditBook(t *testing.T) {
	h := newHouse(t)
	ctx, name := h.mine.ctx, "桥头张三家"
	seller, owner, manager := h.login(t, tenant.Seller), h.login(t, tenant.Owner), h.login(t, tenant.Manager)
	sell := func(id ident.ID) {
		t.Helper()
		seller.PostForm("/sales", url.Values{"client_id": {id.String()}, "product_code": {h.mine.code}, "quantity": {"1"}, "unit": {"kg"}, "household": {name}}).Want(http.StatusSeeOther)
	}
	first, second := ident.New(), ident.New()
	sell(first)
	sell(first)
	sell(second)
	day := day.Of(noon, h.mine.shop.Zone)
	seller.Get("/sales").Want(http.StatusOK).Contains("赊账").Lacks(name)
	seller.Get("/credit").Want(http.StatusForbidden)
	manager.Get("/credit").Want(http.StatusForbidden)
	manager.Get("/insights/needs").Want(http.StatusOK).Lacks("家欠账")
	owner.Get("/credit").Want(http.StatusOK).Contains(name, "¥60.00")
	needs := owner.Get("/insights/needs").Want(http.StatusOK).Contains("今天有 2 家欠账")
	needs.Lacks(name)
	manager.Get("/insights/needs/county.csv?period=year").Want(http.StatusOK).Lacks(name, "老李家", "6000", "60.00")

	list, err := h.App.Account.Accounts(ctx, account.Query{Side: account.Household})
	must(t, err)
	var a account.Account
	for _, one := range list {
		if one.Name == name {
			a = one
		}
	}
	if a.Balance != 6000 || a.Entries != 2 {
		t.Fatalf("the account: %+v", a)
	}
	page := owner.Get("/credit/"+a.ID.String()).Want(http.StatusOK).Contains("您在小店还有¥60.00没结", "/sales?day="+day.String())
	page.Form("form[action='/credit/"+a.ID.String()+"/paid']").Set("amount", "12.5").Submit().Want(http.StatusSeeOther)
	seller.PostForm("/sales/"+first.String()+"/void", url.Values{}).Want(http.StatusSeeOther)
	seller.PostForm("/credit/pay", url.Values{"client_id": {ident.New().String()}, "name": {" 桥头 张三家"}, "amount": {"7.5"}}).Want(http.StatusSeeOther)
	if a, err = h.App.Account.Account(ctx, account.Household, a.ID); err != nil || a.Balance != 1000 {
		t.Fatalf("after two payments and a voided sale: %+v, %v", a, err)
	}
	owner.PostForm("/credit/"+a.ID.String()+"/erase", url.Values{}).Want(http.StatusConflict)
	page = owner.Get("/credit/" + a.ID.String()).Want(http.StatusOK)
	page.Form("form[action='/credit/" + a.ID.String() + "/write-off']").Submit().Want(http.StatusSeeOther)
	before, err := h.App.Account.Flow(ctx, day, day)
	must(t, err)
	owner.PostForm("/credit/"+a.ID.String()+"/erase", url.Values{}).Want(http.StatusSeeOther)
	owner.Get("/credit").Want(http.StatusOK).Lacks(name)
	owner.Get("/credit/" + a.ID.String()).Want(http.StatusOK).Lacks(name).Contains("资料已删除")
	if after, err := h.App.Account.Flow(ctx, day, day); err != nil || after != before || after.WrittenOff != 1000 {
		t.Errorf("the sums: %+v, before %+v, %v", after, before, err)
	}
	for _, table := range shopTables(t, h.DB) {
		if found := rowsWith(t, h, table, "张三"); found > 0 {
			t.Errorf("the name stands in %s", table)
		}
	}
	clean(t, h)
}

// rowsWith counts the rows of a table with a text in any column of text.
func rowsWith(t *testing.T, h *house, table, text string) (n int) {
	t.Helper()
	rows, err := h.DB.From(ctxOf(h)).Raw("SELECT * FROM "+table+" WHERE shop_id = ?", int64(h.mine.shop.ID)).Rows()
	must(t, err)
	defer rows.Close() //nolint:errcheck // a test
	columns, err := rows.Columns()
	must(t, err)
	cells := make([]any, len(columns))
	for i := range cells {
		cells[i] = new(any)
	}
	for rows.Next() {
		must(t, rows.Scan(cells...))
		for _, c := range cells {
			switch v := (*(c.(*any))).(type) {
			case string:
				if strings.Contains(v, text) {
					n++
				}
			case []byte:
				if strings.Contains(string(v), text) {
					n++
				}
			}
		}
	}
	return n
}

func ctxOf(h *house) context.Context { return h.mine.ctx }

func clean(t *testing.T, h *house) {
	t.Helper()
	wrong, err := h.App.Account.Verify(h.mine.ctx)
	must(t, err)
	for _, line := range wrong {
		t.Error(line)
	}
}

// TestVerifyReadsTheAccounts: a balance that its entries do not come to is named.
func TestVerifyReadsTheAccounts(t *testing.T) {
	h := newHouse(t)
	clean(t, h)
	must(t, h.DB.Do(h.mine.ctx, func(ctx context.Context) error {
		return h.DB.From(ctx).Exec("UPDATE accounts SET balance = balance + 1 WHERE shop_id = ? AND side = 'household'", int64(h.mine.shop.ID)).Error
	}))
	r, err := h.App.Verify(context.Background())
	must(t, err)
	if !strings.Contains(strings.Join(r.Wrong, "\n"), "account "+h.mine.ids["household"].String()+" says") {
		t.Errorf("verify says %q", r.Wrong)
	}
}
