package layout_test

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"buhuo/internal/i18n"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func parse(t *testing.T, html string) *goquery.Document {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func attr(s *goquery.Selection, name string) string { return s.AttrOr(name, "") }

// every sample page in every language.
func eachPage(t *testing.T, check func(t *testing.T, name string, s sample, html string)) {
	t.Helper()
	for _, l := range i18n.Langs() {
		s := sample{l, i18n.For(l)}
		for name, page := range pages(s) {
			t.Run(string(l)+"/"+name, func(t *testing.T) { check(t, name, s, render(t, page)) })
		}
	}
}

// The content security policy forbids anything inline; a page must not need it.
func TestNothingInline(t *testing.T) {
	event := regexp.MustCompile(`\son[a-z]+=`)
	eachPage(t, func(t *testing.T, _ string, _ sample, html string) {
		for _, bad := range []string{" style=", "<style", "javascript:", "hx-on", "http://", "https://"} {
			if strings.Contains(html, bad) {
				t.Errorf("the page contains %q", bad)
			}
		}
		if m := event.FindString(html); m != "" {
			t.Errorf("the page has the handler %q", m)
		}
		parse(t, html).Find("script").Each(func(_ int, s *goquery.Selection) {
			if attr(s, "src") == "" || strings.TrimSpace(s.Text()) != "" {
				t.Error("an inline script")
			}
		})
	})
}

func TestPagesAreAccessible(t *testing.T) {
	eachPage(t, func(t *testing.T, name string, s sample, html string) {
		d := parse(t, html)
		if attr(d.Find("html"), "lang") != string(s.l) {
			t.Error("the language is not named")
		}
		for _, once := range []string{"main#main", "h1", "a.skip[href='#main']"} {
			if n := d.Find(once).Length(); n != 1 {
				t.Errorf("%d × %s", n, once)
			}
		}
		ids := map[string]bool{}
		d.Find("[id]").Each(func(_ int, e *goquery.Selection) {
			if id := attr(e, "id"); ids[id] || id == "" {
				t.Errorf("id %q is not unique", id)
			} else {
				ids[id] = true
			}
		})
		for _, ref := range []string{"for", "aria-describedby", "aria-labelledby", "form", "list"} {
			d.Find("[" + ref + "]").Each(func(_ int, e *goquery.Selection) {
				for _, id := range strings.Fields(attr(e, ref)) {
					if !ids[id] {
						t.Errorf("%s=%q leads nowhere", ref, id)
					}
				}
			})
		}
		d.Find("input:not([type=hidden]),select,textarea").Each(func(_ int, e *goquery.Selection) {
			id := attr(e, "id")
			labelled := attr(e, "aria-label") != "" || e.ParentsFiltered("label").Length() > 0 || (id != "" && d.Find("label[for='"+id+"']").Length() == 1)
			if !labelled {
				t.Errorf("field %q has no label", attr(e, "name"))
			}
		})
		d.Find("a,button,summary").Each(func(_ int, e *goquery.Selection) {
			if strings.TrimSpace(e.Text()) == "" && attr(e, "aria-label") == "" {
				h, _ := goquery.OuterHtml(e)
				t.Errorf("nothing to say for %s", h)
			}
		})
		d.Find("svg[role=img]").Each(func(_ int, e *goquery.Selection) {
			if attr(e, "aria-label") == "" && e.ChildrenFiltered("title").Text() == "" {
				t.Error("a picture without words")
			}
		})
		d.Find(".badge").Each(func(_ int, e *goquery.Selection) {
			if strings.TrimSpace(e.Text()) == "" {
				t.Error("a state by colour alone")
			}
		})
		if n := d.Find("[data-kind=primary]").Length(); n > 1 {
			t.Errorf("%d primary actions", n)
		}
		if name == "bare" || name == "product" {
			return
		}
		if n := d.Find("nav.tabs a").Length(); n != 5 || d.Find("nav.tabs a[aria-current=page]").Length() != 1 {
			t.Errorf("navigation: %d entries, or no current one", n)
		}
	})
}

// Every page of the samples stays within the HTML budget of a first view.
func TestHTMLBudget(t *testing.T) {
	eachPage(t, func(t *testing.T, _ string, _ sample, html string) {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write([]byte(html))
		_ = w.Close()
		if b.Len() > 14<<10 {
			t.Errorf("%d bytes over the wire", b.Len())
		}
	})
}

func TestLanguageLinksKeepThePage(t *testing.T) {
	for path, want := range map[string]string{
		"/products?q=a%26b&page=2": "/products?lang=fr&page=2&q=a%26b",
		"/":                        "/?lang=fr",
		"":                         "/?lang=fr",
		"//evil.example/x":         "/?lang=fr",
		"https://evil.example/":    "/?lang=fr",
		"/x?lang=en":               "/x?lang=fr",
		"%zz":                      "/?lang=fr",
		"javascript:alert(1)":      "/?lang=fr",
	} {
		if got := (layout.Chrome{Path: path}).With("lang", "fr"); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

func TestRefusedFormSaysSoFirst(t *testing.T) {
	s := sample{i18n.Fr, i18n.For(i18n.Fr)}
	d := parse(t, render(t, s.product()))
	if !strings.HasPrefix(d.Find("title").First().Text(), s.p.T("layout.refused")) {
		t.Error("the title does not say that something is wrong")
	}
	summary := d.Find("#problems[role=alert] a[href='#price']")
	if summary.Length() != 1 {
		t.Error("the summary does not lead to the field")
	}
	field := d.Find("input#price")
	if attr(field, "value") != "abc" || attr(field, "aria-invalid") != "true" || attr(field, "inputmode") != "decimal" {
		t.Error("the field lost its value or its state")
	}
}

func TestSchemeAndText(t *testing.T) {
	c := sample{i18n.En, i18n.For(i18n.En)}.chrome("x", layout.Today)
	c.LargeText, c.Scheme = true, "dark"
	d := parse(t, render(t, layout.Page(c)))
	if attr(d.Find("html"), "data-text") != "large" || attr(d.Find("html"), "data-scheme") != "dark" {
		t.Error("text size or scheme is not on the page")
	}
	for _, want := range []string{"text=normal", "scheme=light", "scheme=auto", "lang=zh-Hans"} {
		if d.Find("details.menu a[href*='"+want+"']").Length() != 1 {
			t.Errorf("no link to %s", want)
		}
	}
}

func TestWordsAreEscaped(t *testing.T) {
	s := sample{i18n.En, i18n.For(i18n.En)}
	c := s.chrome(`<b>"x"&`, layout.Today)
	c.ShopName = `<script>alert(1)</script>`
	html := render(t, around(layout.Page(c), ui.Row(ui.RowModel{Name: `"><img src=x>`, Href: "javascript:x", State: "<i>", Tone: ui.OK})))
	if strings.Contains(html, "<script>alert") || strings.Contains(html, "<img src=x") || strings.Contains(html, "<i>") || strings.Contains(html, "<b>") {
		t.Error("markup from data reached the page")
	}
}

// Icons that are drawn must be in the sprite.
func TestIconsExist(t *testing.T) {
	b, err := os.ReadFile("../../static/icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	var sprite struct {
		Symbols []struct {
			ID string `xml:"id,attr"`
		} `xml:"symbol"`
	}
	if err := xml.Unmarshal(b, &sprite); err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, s := range sprite.Symbols {
		have[s.ID] = true
	}
	asked := regexp.MustCompile(`(?:Icon\(|Icon:\s*)"([^"]+)"`)
	err = filepath.WalkDir("..", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".templ") && !strings.HasSuffix(path, ".go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range asked.FindAllSubmatch(source, -1) {
			if !have[string(m[1])] {
				t.Errorf("%s: no icon %q", path, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkPage(b *testing.B) {
	s := sample{i18n.ZhHans, i18n.For(i18n.ZhHans)}
	page := s.suggestions()
	var buf bytes.Buffer
	for b.Loop() {
		buf.Reset()
		if err := page.Render(b.Context(), &buf); err != nil {
			b.Fatal(err)
		}
	}
}
