package purchaseweb_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"buhuo/internal/purchase"
	"buhuo/internal/purchase/purchasetest"
)

// TestDayAsZIP: a day's file holds what was sent on it and what was drafted, as the
// single documents are, in the supplier's form; of one shop.
func TestDayAsZIP(t *testing.T) {
	h := open(t)
	sent, gone := h.draft(t, 10_000), h.draft(t, 5_000)
	h.must(t, h.orders.KeepPapers(h.A, purchase.Papers{SupplierID: h.goods.Supplier.ID, Columns: []string{"product_name", "quantity"}}))
	h.must(t, second(h.orders.Cancel(h.A, gone.ID)))
	h.Clock.Pass(24 * time.Hour)
	h.must(t, second(h.orders.Send(h.A, sent.ID, 0)))
	draft := h.draft(t, 15_000)
	other := h.Stocked(t, h.B, 1)
	purchasetest.Made(t, h.orders, h.B, other.Draft(5_000))

	answer := h.Get("/orders.zip").Want(http.StatusOK)
	if got := answer.Header.Get("Content-Disposition"); got != `attachment; filename="orders-`+h.Clock.Today().String()+`.zip"` {
		t.Errorf("kept as %q", got)
	}
	files, names := unzip(t, answer.Body), []string{}
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	var want []string
	for _, o := range []purchase.Order{sent, draft} {
		for _, ending := range []string{".csv", ".pdf", ".xlsx"} {
			want = append(want, o.NumberText()+ending)
			if alone := h.Get(at(o, ending+"?layout=supplier")).Want(http.StatusOK).Body; !bytes.Equal(alone, files[o.NumberText()+ending]) {
				t.Errorf("%s%s is another one in the day's file", o.NumberText(), ending)
			}
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("the file holds %q, want %q", names, want)
	}
	if table := string(files[sent.NumberText()+".csv"]); strings.Count(strings.SplitN(table, "\n", 2)[0], ",") != 1 {
		t.Errorf("not as the supplier wants it: %q", table)
	}
	if again := h.Get("/orders.zip?day=" + h.Clock.Today().String()).Want(http.StatusOK); !bytes.Equal(again.Body, answer.Body) {
		t.Error("the same day twice gives two files")
	}
	h.Get("/orders.zip?day=" + h.Clock.Today().Add(-1).String()).Want(http.StatusNotFound) // only the cancelled one was made then and not sent later
	for _, bad := range []string{"yesterday", "2026-13-01", "0000-00-00", "%F0%9F%8D%8A", strings.Repeat("9", 400), "2026-11-25'--"} {
		h.Get("/orders.zip?day=" + bad).Want(http.StatusBadRequest)
	}
	h.Get("/orders.zip?day=2020-01-01").Want(http.StatusNotFound)
	if field := h.Get("/orders").Want(http.StatusOK).Doc().Find("form[action='/orders.zip'] input[name=day]"); field.AttrOr("value", "") != h.Clock.Today().String() {
		t.Error("the list does not offer the day's file")
	}
}

func second[T any](_ T, err error) error { return err }

func (h house) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func unzip(t *testing.T, body []byte) map[string][]byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
	return files
}
