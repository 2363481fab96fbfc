package purchaseweb

import (
	"bytes"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
	"buhuo/internal/web"
)

// document answers with the order in a format: in the supplier's language, or the
// one asked for by ?lang=.
func (h *Handlers) document(f purchase.Format) web.Handler {
	return func(c *gin.Context) error {
		id, err := web.PathID(c, "id")
		if err != nil {
			return err
		}
		lang := ""
		if asked, ok := i18n.ParseLang(web.QueryOf(c).Value("lang")); ok {
			lang = string(asked)
		}
		d, err := h.orders.Document(c.Request.Context(), id, lang)
		if err != nil {
			return err
		}
		if err := h.inPapers(c.Request.Context(), c, &d); err != nil {
			return err
		}
		var b bytes.Buffer
		if err := f.Write(&b, d); err != nil {
			return err
		}
		if inPlace(f.ContentType()) {
			web.Inline(c, d.FileName(f), f.ContentType(), b.Bytes())
		} else {
			web.Download(c, d.FileName(f), f.ContentType(), b.Bytes())
		}
		return nil
	}
}

// inPlace reports whether browsers show a file of that type in place; others they keep.
func inPlace(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	switch kind {
	case "text/html", "text/plain", "application/pdf", "application/json", "image/png":
		return true
	}
	return false
}

// message is the order in a few lines, to paste into a chat with the supplier; empty
// where the shop has no such format.
func (h *Handlers) message(d purchase.Document) (string, error) {
	var b strings.Builder
	for _, f := range h.formats {
		if f.Name() == text {
			err := f.Write(&b, d)
			return strings.TrimRight(b.String(), "\n"), err
		}
	}
	return "", nil
}
