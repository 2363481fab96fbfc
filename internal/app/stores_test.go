package app_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"buhuo/internal/account/accountdb"
	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/catalog/catalogdb"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/enquiry"
	"buhuo/internal/enquiry/enquirydb"
	"buhuo/internal/ident"
	"buhuo/internal/joint"
	"buhuo/internal/joint/jointdb"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/purchasedb"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/sales"
	"buhuo/internal/sales/salesdb"
	"buhuo/internal/shop/shopdb"
	"buhuo/internal/stock"
	"buhuo/internal/stock/stockdb"
	"buhuo/internal/tenant"
	"buhuo/internal/trade/tradedb"
)

// spans are the store methods that are not about one shop, each with the reason.
// Every other one must answer for the other shop's rows as if they were nowhere.
var spans = map[string]string{
	"shop.InsertShop": "makes shops", "shop.Shops": "the command line lists them", "shop.ShopBySlug": "the command line finds them",
	"shop.ShopByID": "the service passes the scope's own", "shop.UpdateShop": "the service passes the scope's own",
	"shop.InsertPerson": "a person may work in several shops", "shop.SetPassword": "a person's, not a shop's",
	"shop.SetAppearance": "a person's, not a shop's", "shop.SetDisabled": "a person's, not a shop's", "shop.PersonByID": "a person's, not a shop's", "shop.PersonNames": "a person's, not a shop's",
	"shop.PersonByLogin": "nobody is in a shop before the login", "shop.AnyPerson": "the first start of the installation",
	"shop.SaveMembership": "joins a person and a shop", "shop.DeleteMembership": "parts a person and a shop",
	"shop.Memberships": "all shops of one person", "shop.InsertSession": "found by a secret", "shop.Visit": "found by a secret",
	"shop.TouchSession": "found by a secret", "shop.MoveSession": "found by a secret", "shop.DeleteSession": "found by a secret",
	"shop.DeleteSessions": "a person's, not a shop's", "shop.PurgeSessions": "of the installation", "shop.SessionsOf": "a person's, not a shop's",
	"shop.Attempts": "nobody is in a shop before the login", "shop.HoldAttempts": "nobody is in a shop before the login",
	"shop.SaveAttempts": "nobody is in a shop before the login", "shop.PurgeAttempts": "of the installation",
	"stock.Changed": "the runner's queue", "stock.Queue": "the runner's queue", "stock.Unmark": "the runner's queue",
	"restock.Asked": "the runner's queue",
	"trade.Search":  "reads what shops published for one another", "trade.Entries": "reads what shops published for one another", "trade.Sheet": "reads what a shop published for everybody",
	"trade.Picture":    "reads what shops published for one another and for everybody", // tradetest.testPhoto keeps it to that
	"joint.Neighbours": "reads what shops let those who may ask them know", "joint.Due": "the runner's queue",
	"purchase.DueMails": "the queue of mails", "purchase.LinkShop": "found by a secret", "enquiry.LinkShop": "found by a secret",
}

// TestStoresKeepShopsApart calls every method of every store as one shop with the
// ids and words of another, and with ids and words of nobody. The answers must be
// the same, and the other shop's rows stay as they were.
func TestStoresKeepShopsApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := app.Wire(d, atNoon)
		mine, theirs := fill(t, a, "alpha", ""), fill(t, a, "beta", canary)
		before := snapshot(t, d, theirs.shop.ID)
		methods := scoped(t, d)
		for _, called := range slices.Sorted(maps.Keys(methods)) {
			sameAsNobodys(t, d, called, methods[called], mine, theirs)
		}
		for _, called := range slices.Sorted(maps.Keys(methods)) {
			commit(d, methods[called], mine, namesOf(theirs, nil))
			unchanged(t, called, before, snapshot(t, d, theirs.shop.ID))
		}
	})
}

// scoped are the methods of all stores that work for one shop.
func scoped(t *testing.T, d *db.DB) map[string]reflect.Value {
	t.Helper()
	out, excused := map[string]reflect.Value{}, maps.Clone(spans)
	for name, store := range stores(d) {
		v := reflect.ValueOf(store)
		for i := range v.NumMethod() {
			called := name + "." + v.Type().Method(i).Name
			if _, ok := excused[called]; ok {
				delete(excused, called)
				continue
			}
			out[called] = v.Method(i)
		}
	}
	for called := range excused {
		t.Errorf("%s is excused but is no method of a store", called)
	}
	return out
}

func stores(d *db.DB) map[string]any {
	return map[string]any{
		"shop": shopdb.New(d), "catalog": catalogdb.New(d), "stock": stockdb.New(d), "sales": salesdb.New(d),
		"purchase": purchasedb.New(d), "enquiry": enquirydb.New(d), "restock": restockdb.New(d), "trade": tradedb.New(d), "account": accountdb.New(d), "joint": jointdb.New(d),
	}
}

// names are the ids and words that go into a call.
type names struct {
	ids   []ident.ID
	words []string
	shop  tenant.ShopID
}

// namesOf are those of a shop or, with other, as many that nobody has.
func namesOf(f filled, other func(ident.ID) ident.ID) names {
	n := names{shop: f.shop.ID, words: []string{f.code, f.assumed, "bar" + f.shop.Slug, "果园" + canary, "wechat" + canary, f.shop.Slug}}
	for _, key := range slices.Sorted(maps.Keys(f.ids)) {
		id := f.ids[key]
		if other != nil {
			id = other(id)
		}
		n.ids = append(n.ids, id)
	}
	if other != nil {
		for i, w := range n.words {
			n.words[i] = strings.Repeat("z", len(w))
		}
	}
	return n
}

var errUndo = errors.New("undo what the call did")

// sameAsNobodys compares the answers, id by id.
func sameAsNobodys(t *testing.T, d *db.DB, called string, m reflect.Value, mine, theirs filled) {
	t.Helper()
	nowhere := map[ident.ID]ident.ID{}
	other := func(id ident.ID) ident.ID {
		if _, ok := nowhere[id]; !ok {
			nowhere[id] = ident.New()
		}
		return nowhere[id]
	}
	real, nobodys := namesOf(theirs, nil), namesOf(theirs, other)
	for i := range real.ids {
		for _, on := range []day.Date{day.Of(noon, mine.shop.Zone), day.Of(noon, mine.shop.Zone).Add(400), day.Of(noon, mine.shop.Zone).Add(-400)} {
			got := ask(d, m, mine, real, i, on)
			want := ask(d, m, mine, nobodys, i, on)
			for id, stranger := range nowhere {
				want = strings.ReplaceAll(want, stranger.String(), id.String())
				want = strings.ReplaceAll(want, hex.EncodeToString(stranger[:]), hex.EncodeToString(id[:]))
			}
			for j := range real.words {
				got = strings.ReplaceAll(got, real.words[j], nobodys.words[j])
			}
			if got != want || strings.Contains(got, canary) {
				t.Errorf("%s answers for another shop's rows\n\t%.600s\nand for nobody's\n\t%.600s", called, got, want)
				return
			}
		}
	}
}

// ask calls a method as mine, takes back what it did, and tells what it answered.
func ask(d *db.DB, m reflect.Value, mine filled, n names, i int, on day.Date) string {
	var heard strings.Builder
	_ = d.Do(mine.ctx, func(ctx context.Context) error {
		heard.Reset()
		for _, out := range call(ctx, m, n, i, on, &heard) {
			heard.WriteString(said(out))
		}
		return errUndo
	})
	return heard.String()
}

// commit calls a method as mine with every id and keeps what it did.
func commit(d *db.DB, m reflect.Value, mine filled, n names) {
	for i := range n.ids {
		_ = d.Do(mine.ctx, func(ctx context.Context) error {
			var heard strings.Builder
			for _, out := range call(ctx, m, n, i, day.Of(noon, mine.shop.Zone), &heard) {
				if err, ok := out.Interface().(error); ok {
					return err
				}
			}
			return nil
		})
	}
}

func call(ctx context.Context, m reflect.Value, n names, i int, on day.Date, heard *strings.Builder) []reflect.Value {
	args := []reflect.Value{reflect.ValueOf(ctx)}
	maker := maker{n: n, i: i, on: on, heard: heard}
	for k := 1; k < m.Type().NumIn(); k++ {
		args = append(args, maker.make(m.Type().In(k), 0))
	}
	return m.Call(args)
}

// said writes an answer in one way.
func said(v reflect.Value) string {
	if err, ok := v.Interface().(error); ok {
		return "error: " + err.Error() + "\n"
	}
	text, err := json.Marshal(v.Interface())
	if err != nil {
		return fmt.Sprintf("%+v\n", v.Interface())
	}
	return string(text) + "\n"
}

// codes are values of types that know only a few.
var codes = func() map[reflect.Type]reflect.Value {
	out := map[reflect.Type]reflect.Value{}
	for _, v := range []any{catalog.Farmer, stock.Spoilage, sales.KindSale, sales.ImportSales, sales.BatchDone, sales.WishAsked, purchase.Sent, enquiry.Open, restock.Open, joint.Open, joint.Joined} {
		out[reflect.TypeOf(v)] = reflect.ValueOf(v)
	}
	return out
}()

// maker makes an argument of any type out of names.
type maker struct {
	n     names
	i     int
	on    day.Date
	heard *strings.Builder
}

func (m maker) make(of reflect.Type, depth int) reflect.Value {
	if code, ok := codes[of]; ok {
		return code
	}
	switch of {
	case reflect.TypeFor[ident.ID]():
		return reflect.ValueOf(m.n.ids[m.i])
	case reflect.TypeFor[[]ident.ID]():
		return reflect.ValueOf(m.n.ids)
	case reflect.TypeFor[day.Date]():
		return reflect.ValueOf(m.on)
	case reflect.TypeFor[day.Micros]():
		return reflect.ValueOf(day.At(noon))
	case reflect.TypeFor[tenant.ShopID]():
		return reflect.ValueOf(m.n.shop)
	case reflect.TypeFor[[]string]():
		return reflect.ValueOf(m.n.words)
	case reflect.TypeFor[string]():
		return reflect.ValueOf(m.n.words[m.i%len(m.n.words)])
	}
	out := reflect.New(of).Elem()
	switch of.Kind() {
	case reflect.Func:
		return m.listener(of)
	case reflect.Pointer:
		if depth < 6 {
			out.Set(reflect.New(of.Elem()))
			out.Elem().Set(m.make(of.Elem(), depth+1))
		}
	case reflect.Slice:
		out.Set(reflect.MakeSlice(of, 1, 1))
		out.Index(0).Set(m.make(of.Elem(), depth+1))
	case reflect.Map:
		out.Set(reflect.MakeMap(of))
		out.SetMapIndex(m.make(of.Key(), depth+1), m.make(of.Elem(), depth+1))
	case reflect.Struct:
		for k := range of.NumField() {
			if of.Field(k).IsExported() {
				out.Field(k).Set(m.make(of.Field(k).Type, depth+1))
			}
		}
	case reflect.String:
		out.SetString(m.n.words[m.i%len(m.n.words)])
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		out.SetInt(int64(1 + 99*(m.i%2)))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		out.SetUint(1)
	}
	return out
}

// listener is a function that hears what it is told, goes on, and has no error.
func (m maker) listener(of reflect.Type) reflect.Value {
	return reflect.MakeFunc(of, func(args []reflect.Value) []reflect.Value {
		for _, arg := range args {
			if _, ctx := arg.Interface().(context.Context); !ctx {
				m.heard.WriteString(said(arg))
			}
		}
		out := make([]reflect.Value, of.NumOut())
		for i := range out {
			out[i] = reflect.Zero(of.Out(i))
		}
		return out
	})
}
