package html_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"buhuo/internal/purchase/format/formattest"
	"buhuo/internal/purchase/format/html"
)

func TestFormat(t *testing.T) {
	formattest.Run(t, html.New(), read)
}

// read gives the texts of the page, one a line.
func read(t *testing.T, written []byte) string {
	t.Helper()
	page, err := goquery.NewDocumentFromReader(bytes.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{"lang " + page.Find("html").AttrOr("lang", "")}
	page.Find("main *").Each(func(_ int, s *goquery.Selection) {
		own := s.Clone()
		own.Children().Remove()
		if text := strings.Join(strings.Fields(own.Text()), " "); text != "" {
			lines = append(lines, goquery.NodeName(s)+": "+text)
		}
	})
	return strings.Join(lines, "\n") + "\n"
}

// Names are text, whatever they look like.
func TestEscapes(t *testing.T) {
	page := formattest.Written(t, html.New(), formattest.Sample(t, "en", len(formattest.Names()), true))
	if bytes.Contains(page, []byte("<b>粗体</b>")) || !bytes.Contains(page, []byte("&lt;b&gt;粗体&lt;/b&gt;")) {
		t.Error("a product's name became markup")
	}
}
