package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"buhuo/internal/web/sheet"
)

// buffers hold one answer each. Very large ones are left to the collector, so
// that one export does not keep its memory for ever.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const maxPooled = 256 << 10

func buffer() *bytes.Buffer {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

func release(b *bytes.Buffer) {
	if b.Cap() <= maxPooled {
		buffers.Put(b)
	}
}

// Render answers with a page. It is rendered whole before a byte leaves: a
// template that fails becomes an error page, never half a page with status 200.
func Render(c *gin.Context, status int, page templ.Component) error {
	b := buffer()
	defer release(b)
	if err := page.Render(c.Request.Context(), b); err != nil {
		return err
	}
	write(c, status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

// WriteJSON answers with v as JSON.
func WriteJSON(c *gin.Context, status int, v any) error {
	return writeJSON(c, status, "application/json; charset=utf-8", v)
}

func writeJSON(c *gin.Context, status int, contentType string, v any) error {
	b := buffer()
	defer release(b)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false) // nosniff and the type keep it from being a page
	if err := enc.Encode(v); err != nil {
		return err
	}
	write(c, status, contentType, b.Bytes())
	return nil
}

// WriteCSV answers with a table to download: UTF-8 with a byte order mark,
// CRLF, and no cell that a spreadsheet would run.
func WriteCSV(c *gin.Context, name string, header []string, rows [][]string) error {
	b := buffer()
	defer release(b)
	if err := sheet.Write(b, header, rows); err != nil {
		return err
	}
	Download(c, name, "text/csv; charset=utf-8", b.Bytes())
	return nil
}

// Download answers with a file to keep under name; its characters beyond plain
// ASCII become dashes, because mail and chat programs garble them.
func Download(c *gin.Context, name, contentType string, body []byte) {
	c.Header("Content-Disposition", `attachment; filename="`+asciiName(name)+`"`)
	write(c, http.StatusOK, contentType, body)
}

// Inline is Download for what the browser shows itself, such as a PDF.
func Inline(c *gin.Context, name, contentType string, body []byte) {
	c.Header("Content-Disposition", `inline; filename="`+asciiName(name)+`"`)
	write(c, http.StatusOK, contentType, body)
}

func asciiName(name string) string {
	safe := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			return r
		}
		return '-'
	}, name)
	if safe = strings.Trim(safe, "-."); safe == "" {
		return "file"
	}
	return cut(safe, 100)
}

// Redirect answers a successful form: 303, and the browser reads the page at
// path, which is a local address (see SafeNext for addresses that people send).
func Redirect(c *gin.Context, path string) error {
	c.Header("Location", path)
	c.Header("Content-Length", "0")
	c.Status(http.StatusSeeOther)
	c.Writer.WriteHeaderNow()
	return nil
}

func writePlain(c *gin.Context, status int, text string) {
	write(c, status, "text/plain; charset=utf-8", []byte(text+"\n"))
}

func write(c *gin.Context, status int, contentType string, body []byte) {
	h := c.Writer.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.Status(status)
	// A client that has gone cannot be told; the log has its request.
	_, _ = c.Writer.Write(body)
}
