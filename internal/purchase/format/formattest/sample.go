// Package formattest is the contract of purchase.Format: the same documents for
// every format, in three languages, with the names that break documents.
package formattest

import (
	"fmt"
	"strings"
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
)

// box is a pack of five kilograms.
var box = measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}

// Names are product names that documents must survive: rare characters beyond
// 16 bits, emoji, formulas, markup, all kinds of spaces, one endless word.
func Names() []string {
	return []string{
		"赣南脐橙（特级果，直径 75–80 mm），产地江西省赣州市信丰县，每箱净重 10斤",
		"𬍛燊喆牌手工红糖",
		"Savon de Marseille à l'huile d'olive, œuf & crème brûlée",
		"🍊 香橙 👨‍👩‍👧‍👦 家庭装 ❤️",
		"=HYPERLINK(\"http://example.org\")",
		"＝1＋1",
		"@SUM(A1)\t制表符",
		"<b>粗体</b> & \"引号\" '撇号'",
		"Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
		"-5 度保鲜速冻水饺",
	}
}

// Sample is an order of n lines in a language; with tax, note, freight and a price
// below one fen per unit when rich.
func Sample(t testing.TB, lang string, n int, rich bool) purchase.Document {
	t.Helper()
	o := purchase.Order{
		ID: ident.MustParse("019a1b2c-0000-7000-8000-000000000117"), Number: 117, State: purchase.Sent, Currency: money.CNY,
		PricesIncludeTax: true, Language: lang, CreatedDay: day.New(2026, 11, 23), DueDay: day.New(2026, 12, 1),
	}
	sent := o.CreatedDay
	o.SentDay = &sent
	supplier := catalog.Supplier{Name: "信丰县果品专业合作社", Contact: "王喆", Phone: "138 0013 8000", Address: "江西省赣州市信丰县嘉定镇水北大道 18 号"}
	names := Names()
	for i := range n {
		l := purchase.OrderLine{
			Line: i + 1, ProductCode: fmt.Sprintf("P%04d", i+1), ProductName: names[i%len(names)], Quantity: measure.Quantity(i+1) * 5_000, Unit: "kg",
			Pack: box, Price: 104_000 + money.Price(i)*125,
		}
		if i%2 == 1 {
			l.Unit, l.Pack, l.SupplierCode = "piece", measure.Pack{Unit: "piece", Factor: measure.One}, fmt.Sprintf("+QC-%d", i)
		}
		if rich {
			l.TaxRate = 900
			supplier.Email = "coop@example.org"
		}
		var err error
		if l.Total, err = money.Line(l.Quantity, l.Price, o.Currency); err != nil {
			t.Fatal(err)
		}
		o.Total += l.Total
		o.Lines = append(o.Lines, l)
	}
	if rich {
		o.Freight, o.Note = 8_000, "请送到后门，早上 9 点以前。\nMerci d'appeler avant : 138 0013 8000."
	}
	d, err := purchase.NewDocument(o, supplier, "村口小店", lang)
	if err != nil {
		t.Fatal(err)
	}
	if rich {
		d.Link = Address
	}
	return d
}

// Address is the supplier's page of rich samples.
const Address = "https://buhuo.example/s/AZ__wmKPc3mIXQ0XfPpY2jRz0d9oOQvLq3n4UuD7wCk"

// Extreme is an order of n lines as no shop writes them, but as forms allow: goods
// for nothing and at ten million each, amounts of many digits, names of 300
// characters.
func Extreme(t testing.TB, lang string, n int) purchase.Document {
	t.Helper()
	d := Sample(t, lang, n, false)
	o := d.Order
	o.Total = 0
	names := []string{
		strings.Repeat("赣南脐橙特级果", 43)[:300*3], strings.Repeat("Savon de Marseille ", 16)[:300], strings.Repeat("W", 300),
		"\u202e反向 \u200bزيت الزيتون", "木耳 < & > \" ' ]]>",
	}
	prices := []money.Price{0, 100_000_000_000, 1, 99_999_999, 123_456}
	for i := range o.Lines {
		l := &o.Lines[i]
		l.ProductName, l.Price = names[i%len(names)], prices[i%len(prices)]
		l.Quantity = measure.Quantity(i%7+1) * 5_000
		var err error
		if l.Total, err = money.Line(l.Quantity, l.Price, o.Currency); err != nil {
			t.Fatal(err)
		}
		o.Total += l.Total
	}
	d, err := purchase.NewDocument(o, d.Supplier, d.Shop, lang)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
