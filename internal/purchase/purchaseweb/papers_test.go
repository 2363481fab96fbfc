package purchaseweb_test

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"buhuo/internal/ident"
)

// orderForm is a supplier's empty form: heads in row 3, two rows for goods, a note.
func orderForm(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for cell, text := range map[string]string{"A1": "订货单", "A3": "货号", "B3": "品名", "C3": "数量", "D3": "单价", "A6": "盖章有效"} {
		if err := f.SetCellStr("Sheet1", cell, text); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := f.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A form is uploaded once, its places are found and corrected, and then the order
// leaves in it, all without a script.
func TestSuppliersForm(t *testing.T) {
	h := open(t)
	o := h.draft(t, 10_000, 20_000, 30_000)
	page := "/suppliers/" + h.goods.Supplier.ID.String() + "/papers"
	if links := h.Get(at(o, "")).Want(200).Doc().Find("a[href*='layout=supplier']").Length(); links != 0 {
		t.Errorf("%d links to what nobody has set up", links)
	}
	for name, body := range map[string][]byte{"form.xlsx": []byte("no workbook"), "form.xlsm": bytes.Replace(orderForm(t), []byte("xl/theme/theme1.xml"), []byte("xl/vbaProject.bin.."), 2)} {
		r := h.Upload(page+"/template", "file", name, body, url.Values{}).Want(422)
		if text := r.Text("main"); !strings.Contains(text, "Excel workbook that we can open") && !strings.Contains(text, "macros or embedded programs") {
			t.Errorf("%s: %s", name, text)
		}
	}
	h.Upload(page+"/template", "file", "", nil, url.Values{}).Want(422)
	h.Upload(page+"/template", "file", "订货单.xlsx", orderForm(t), url.Values{}).Want(303)

	form := h.Get(page).Want(200).Form("form[action='" + page + "/places']")
	for field, want := range map[string]string{"first": "4", "last": "5", "column_supplier_code": "A", "column_product_name": "B", "column_quantity": "C", "column_unit_price": "D", "column_unit": ""} {
		if got := form.Value(field); got != want {
			t.Errorf("%s was found at %q, want %q", field, got, want)
		}
	}
	for field, bad := range map[string]string{"first": "0", "last": "3", "column_quantity": "C4", "cell_order_number": "3B"} {
		before := form.Value(field)
		r := form.Set(field, bad).Submit().Want(422)
		if kept := r.Form("form[action='" + page + "/places']").Value(field); kept != bad || r.Doc().Find("[name='"+field+"'][aria-invalid]").Length() != 1 {
			t.Errorf("%s = %s: the field has %q", field, bad, kept)
		}
		form.Set(field, before)
	}
	form.Set("cell_order_number", "ｄ１").Submit().Want(303) // full width

	link := h.Get(at(o, "")).Want(200).Doc().Find("a[href='" + at(o, ".xlsx?layout=supplier") + "']")
	if link.Length() != 1 || !strings.Contains(link.Text(), "订货单.xlsx") {
		t.Errorf("the order's page has %d links to the form: %s", link.Length(), link.Text())
	}
	f, err := excelize.OpenReader(bytes.NewReader(h.Get(at(o, ".xlsx?layout=supplier")).Want(200).Body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Sheet1", excelize.Options{RawCellValue: true})
	if err != nil || len(rows) != 7 {
		t.Fatalf("%q, %v", rows, err)
	}
	if rows[0][3] != o.NumberText() || rows[3][1] != o.Lines[0].ProductName || rows[5][2] != "30" || rows[6][0] != "盖章有效" {
		t.Errorf("filled in as %q", rows)
	}

	h.PostForm(page+"/forget", url.Values{}).Want(303)
	if h.Get(at(o, "")).Want(200).Doc().Find("a[href*='layout=supplier']").Length() != 0 || h.Get(page).Doc().Find("form[action$='/places']").Length() != 0 {
		t.Error("a form that is gone is still offered")
	}
}

// The columns of a supplier are remembered; the table for programs stays as it was.
func TestSuppliersColumns(t *testing.T) {
	h := open(t)
	o := h.draft(t, 10_000)
	page := "/suppliers/" + h.goods.Supplier.ID.String() + "/papers"
	h.PostForm(page, url.Values{"column": {"quantity", "", "product_name"}}).Want(303)
	if got := h.Get(at(o, ".csv?layout=supplier&lang=fr")).Want(200).CSV()[0]; !slices.Equal(got, []string{"Quantité", "Produit"}) {
		t.Errorf("the supplier's columns are %q", got)
	}
	if got := h.Get(at(o, ".csv")).Want(200).CSV()[0]; len(got) != 8 || got[0] != "line" {
		t.Errorf("the table for programs has %q", got)
	}
	if chosen := h.Get(page).Want(200).Doc().Find("select option[selected]"); chosen.Length() != 2 || chosen.First().AttrOr("value", "") != "quantity" {
		t.Errorf("%d columns are shown as chosen", chosen.Length())
	}
	h.PostForm(page, url.Values{"column": {"secret"}}).Want(422)
	for _, who := range []string{"seller", "viewer"} {
		h.as(t, who).Get(page).Want(403)
		h.as(t, who).PostForm(page, url.Values{}).Want(403)
	}
	for _, p := range []string{page, "/suppliers/" + ident.New().String() + "/papers"} {
		h.as(t, "other").Get(p).Want(404)
		h.as(t, "other").PostForm(p, url.Values{"column": {"quantity"}}).Want(404)
		h.as(t, "other").Upload(p+"/template", "file", "a.xlsx", orderForm(t), url.Values{}).Want(404)
	}
	if got := h.Get(at(o, ".csv?layout=supplier")).Want(200).CSV()[0]; len(got) != 2 {
		t.Errorf("refused, but changed to %q", got)
	}
}
