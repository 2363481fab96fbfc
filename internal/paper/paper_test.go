package paper_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/paper"
	"buhuo/internal/paper/papertest"
)

// set makes a document of a text and a table of so many rows.
func set(t testing.TB, text string, rows int) []byte {
	t.Helper()
	p, err := paper.New("Test", "zh-Hans")
	if err != nil {
		t.Fatal(err)
	}
	p.Head = func() { p.Y += p.Block("续页", paper.Body, paper.Left, p.Y, 300*paper.Point, paper.AtLeft) }
	p.Y += p.Block(text, paper.Body, paper.Left, p.Y, paper.Right-paper.Left, paper.AtLeft)
	table := paper.Table{Columns: []paper.Column{{Head: "品名", Rest: true}, {Head: "金额", Align: paper.AtRight}}, Keep: 100 * paper.Point}
	for i := range rows {
		table.Rows = append(table.Rows, []paper.Cell{{Text: fmt.Sprintf("第%d行", i+1), Small: "小字"}, {Text: "12.50"}})
	}
	p.Table(table)
	p.Foot("页脚", func(n, of int) string { return fmt.Sprintf("%d/%d", n, of) })
	var b bytes.Buffer
	if _, err := p.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Each page has the head of the document (but the first), the head of the table and
// its number; every row is there once, and no row is parted from its small text.
func TestTable(t *testing.T) {
	for _, rows := range []int{0, 1, 30, 400} {
		written := set(t, "标题", rows)
		pages, all := papertest.Pages(t, written), strings.Join(papertest.Texts(t, written), "\n")
		for what, want := range map[string]int{"续页": pages - 1, "品名": pages, "页脚": pages, "行\n小字": rows} {
			if got := strings.Count(all, what); got != want {
				t.Errorf("%d rows on %d pages: %q stands %d times, want %d", rows, pages, what, got, want)
			}
		}
		for n := 1; n <= pages; n++ {
			if !strings.Contains(all, fmt.Sprintf("页脚\n%d/%d", n, pages)) {
				t.Errorf("%d rows: page %d of %d has no number", rows, n, pages)
			}
		}
	}
}

// What is drawn is what another reader copies: characters beyond 16 bits, those of two
// hundred blocks, and spaces of all kinds as spaces.
func TestCopied(t *testing.T) {
	var many strings.Builder
	for r := '一'; r < '一'+1_500; r++ {
		many.WriteRune(r)
	}
	for _, text := range []string{"𬍛燊喆 𬍛 crème brûlée œuf Æ ÿ ¥€", "a\u00a0b c\u202fd", many.String()} {
		written := set(t, text, 3)
		papertest.Copied(t, written, strings.Join(papertest.Texts(t, written), ""))
		if all := strings.Join(papertest.Texts(t, written), ""); strings.ContainsRune(text, '𬍛') && !strings.Contains(all, text) {
			t.Errorf("%q became %.80q", text, all)
		} else if strings.ContainsRune(all, '\u00a0') {
			t.Errorf("a space is copied as a no-break one: %.80q", all)
		}
	}
}

// No text breaks a document, and the same text gives the same bytes.
func TestAnyText(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.String().Draw(r, "text")
		written := set(t, text, 1)
		if papertest.Pages(t, written) < 1 || !bytes.Equal(written, set(t, text, 1)) {
			r.Fatalf("%q gives other bytes the second time", text)
		}
	})
}
