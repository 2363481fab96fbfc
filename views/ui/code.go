package ui

import (
	"context"
	"io"
	"regexp"
	"strings"

	"github.com/a-h/templ"
)

// code is what people read out as one piece: Latin letters and digits held together
// by hyphens, such as the code of a lot or the number of an order.
var code = regexp.MustCompile(`[A-Za-z0-9]+(?:[-_/.][A-Za-z0-9]+)*-[A-Za-z0-9]+(?:[-_/.][A-Za-z0-9]+)*`)

// Codes writes a text whose codes are not broken over lines: a browser may break after
// any hyphen, and half a code is another code. One that is too long for its place ends
// in an ellipsis and is whole in its title.
func Codes(text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		rest := 0
		for _, at := range code.FindAllStringIndex(text, -1) {
			one := text[at[0]:at[1]]
			if !strings.ContainsAny(one, "0123456789") { // a word such as "demi-sel"
				continue
			}
			escaped := templ.EscapeString(one)
			b.WriteString(templ.EscapeString(text[rest:at[0]]) + `<span class="code" title="` + escaped + `">` + escaped + `</span>`)
			rest = at[1]
		}
		b.WriteString(templ.EscapeString(text[rest:]))
		_, err := io.WriteString(w, b.String())
		return err
	})
}
