package purchaseweb_test

import (
	"fmt"
	"strings"
	"testing"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
)

// What programs rely on: addresses, names, points.
func TestForMachines(t *testing.T) {
	h := open(t)
	o := h.draft(t, 10_000, 2_500)
	var list struct {
		Orders []map[string]any `json:"orders"`
	}
	h.Get("/orders.json").Want(200).JSON(&list)
	want := map[string]any{
		"id": o.ID.String(), "number": "PO-2026-0001", "supplier": "果品合作社", "state": "draft", "total": "31.25", "currency": "CNY",
	}
	if len(list.Orders) != 1 || fmt.Sprint(list.Orders[0]) != fmt.Sprint(want) {
		t.Errorf("orders.json: %v, want %v", list.Orders, want)
	}
	var one map[string]any
	h.Get(at(o, ".json")).Want(200).JSON(&one)
	lines, _ := one["lines"].([]any)
	if one["id"] != o.ID.String() || one["state"] != "draft" || len(lines) != 2 || !strings.Contains(fmt.Sprint(lines[1]), "quantity:2.5 received:0") {
		t.Errorf("one order: %+v", one)
	}
	for _, lang := range i18n.Langs() {
		table := h.Get(at(o, ".csv?lang="+string(lang))).Want(200)
		if !strings.HasPrefix(string(table.Body), "\ufeffline,product_code,supplier_code,product_name,quantity,unit,unit_price,line_total\r\n1,\"") {
			t.Errorf("%s: %.120q", lang, table.Body)
		}
		if !strings.Contains(table.Header.Get("Content-Disposition"), `attachment; filename="PO-2026-0001.csv"`) {
			t.Errorf("kept as %q", table.Header.Get("Content-Disposition"))
		}
		page := h.Get(at(o, ".html?lang="+string(lang))).Want(200)
		if got := page.Doc().Find("html").AttrOr("lang", ""); got != string(lang) {
			t.Errorf("asked for %s, got %s", lang, got)
		}
	}
	for ending, kept := range map[string]string{".csv": "attachment", ".txt": "inline", ".json": "inline", ".html": "inline", ".pdf": "inline"} {
		if got, want := h.Get(at(o, ending)).Want(200).Header.Get("Content-Disposition"), kept+`; filename="PO-2026-0001`+ending+`"`; got != want {
			t.Errorf("%s is kept as %q, want %q", ending, got, want)
		}
	}
	// The page has the text in a field, to be marked and copied without a script.
	message, page := h.Get(at(o, ".txt?lang=zh-Hans")).Want(200), h.Get(at(o, "")).Want(200)
	if field := page.Doc().Find("textarea#message").Text(); !strings.Contains(field, "PO-2026-0001") || field != strings.TrimRight(string(message.Body), "\n") {
		t.Errorf("the page has %q, the file %q", field, message.Body)
	}
	document := h.Get(at(o, ".pdf")).Want(200)
	if !strings.HasPrefix(string(document.Body), "%PDF") || document.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("pdf: %.20q of type %s", document.Body, document.Header.Get("Content-Type"))
	}
	if got := h.Get(at(o, ".html")).Want(200).Doc().Find("html").AttrOr("lang", ""); got != "zh-Hans" {
		t.Errorf("the supplier reads %s", got)
	}
}

func TestList(t *testing.T) {
	h := open(t)
	if text := h.Get("/orders").Want(200).Text("main"); !strings.Contains(text, "No orders yet") {
		t.Errorf("an empty list: %s", text)
	}
	for range purchase.DefaultLimit + 2 {
		h.draft(t, 5_000)
	}
	sent := h.draft(t, 5_000)
	if _, err := h.orders.Send(h.A, sent.ID, 0); err != nil {
		t.Fatal(err)
	}
	r := h.Get("/orders").Want(200)
	if n := r.Doc().Find("tbody tr").Length(); n != purchase.DefaultLimit {
		t.Errorf("%d orders on the first page", n)
	}
	following, ok := r.Doc().Find("a[href*='cursor=']").Attr("href")
	if !ok {
		t.Fatal("no way to the next page")
	}
	if n := h.Get(following).Want(200).Doc().Find("tbody tr").Length(); n != 3 {
		t.Errorf("%d orders on the second page, want 3", n)
	}
	if n := h.Get("/orders?state=sent").Want(200).Doc().Find("tbody tr").Length(); n != 1 {
		t.Errorf("%d orders are sent, want 1", n)
	}
	for _, bad := range []string{"?state=lost", "?cursor=x", "?cursor=-1", "?supplier=x"} {
		h.Get("/orders" + bad).Want(400)
		h.Get("/orders.json" + bad).Want(400)
	}
}
