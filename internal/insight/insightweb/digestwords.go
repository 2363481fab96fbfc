package insightweb

import (
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/insight"
	"buhuo/internal/purchase"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// Words says weeks. Base is the address of the installation; empty: messages have no link.
type Words struct{ Base string }

var _ insight.Words = Words{}

func voiceFor(in shop.Shop, r insight.Reader) voice {
	lang, ok := i18n.ParseLang(r.Language)
	if !ok {
		lang = i18n.ZhHans
	}
	return voice{t: i18n.For(lang), c: in.Currency, money: r.Role.AtLeast(tenant.Manager)}
}

// Digest says a week: a head, three lines and a link.
func (w Words) Digest(in shop.Shop, r insight.Reader, d insight.Digest) (subject, body string) {
	v := voiceFor(in, r)
	subject = v.t.T("insight.digest_subject", i18n.A("shop", in.Name), i18n.A("window", window(v.t, weekOf(d.Week))))
	lines := v.week(d.Facts)
	if w.Base != "" {
		lines = append(lines, "", w.Base+wantedPath+"?on="+d.Week.String()+"&period=week&with=before")
	}
	return subject, strings.Join(lines, "\n") + "\n"
}

// Test says that messages arrive.
func (w Words) Test(in shop.Shop, r insight.Reader) (subject, body string) {
	v := voiceFor(in, r)
	body = v.t.T("insight.digest_test_body") + "\n"
	if w.Base != "" {
		body += "\n" + w.Base + digestPath + "\n"
	}
	return v.t.T("insight.digest_test_subject", i18n.A("shop", in.Name)), body
}

func weekOf(monday day.Date) insight.Window {
	return insight.Window{From: monday, Through: monday.Add(6)}
}

// week is a week's three lines.
func (v voice) week(f insight.Facts) []string {
	sold, change := v.t.T("insight.digest_times", i18n.A("n", f.Times)), v.change(int64(f.Times), int64(f.TimesOld))
	if v.money {
		sold, change = v.t.T("insight.digest_sales", i18n.A("amount", v.whole(f.Now))), v.change(int64(f.Now), int64(f.Then))
	}
	if change != "" {
		sold = v.t.T("insight.digest_than_before", i18n.A("sold", sold), i18n.A("change", change))
	}
	moved := v.t.T("insight.digest_steady")
	if m := f.Moved; m != nil {
		key := "insight.digest_rose"
		if m.Percent < 0 {
			key = "insight.digest_fell"
		}
		moved = v.t.T(key, i18n.A("product", m.Name), i18n.A("change", v.signed(float64(m.Percent)/100)))
	}
	missed := v.t.T("insight.digest_missed_none")
	switch {
	case f.Missed != nil && v.money:
		missed = v.t.T("insight.digest_missed", i18n.A("amount", v.whole(f.Lost)), i18n.A("product", f.Missed.Name))
	case f.Missed != nil:
		missed = v.t.T("insight.digest_missed_goods", i18n.A("product", f.Missed.Name))
	}
	return []string{sold, moved, missed}
}

func (v voice) via(via purchase.Via) string { return v.t.T("insight.digest_via." + string(via)) }
