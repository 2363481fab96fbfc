package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
)

// What a request may weigh.
const (
	maxForm   = 64 << 10
	maxJSON   = 1 << 20
	maxImport = 10 << 20
	// maxFields bounds the values of one form: rows of a count or a receipt.
	maxFields = 4000
	// maxMemory is what of an upload stays in memory; the rest waits in
	// temporary files until the request ends.
	maxMemory = 1 << 20
)

var limits = map[Body]int64{None: maxForm, Form: maxForm, JSON: maxJSON, Import: maxImport}

var (
	errTooLarge  = fault.New(fault.TooLarge, "web.too_large")
	errUnread    = fault.New(fault.Malformed, "web.bad_form")
	errBadJSON   = fault.New(fault.Malformed, "web.bad_json")
	errWrongType = fault.New(fault.Malformed, "web.wrong_type")
	errNoFile    = fault.New(fault.Invalid, "web.no_file")
)

// readBody limits the body and parses a form. Values come from the body only:
// what stands in the address never reaches a form.
func readBody(c *gin.Context, s *request, kind Body) error {
	limit := limits[kind]
	if c.Request.ContentLength > limit {
		c.Header("Connection", "close") // do not read what is refused
		return errTooLarge
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	if kind != Form && kind != Import {
		return nil
	}
	if err := checkFormType(c.Request); err != nil {
		return err
	}
	if err := parseForm(c.Request); err != nil {
		return err
	}
	s.form = newValues(c.Request.PostForm, Printer(c))
	return nil
}

// checkFormType accepts the two types of HTML forms, and none at all when
// there is nothing to read (curl -X POST).
func checkFormType(r *http.Request) error {
	header := r.Header.Get("Content-Type")
	if header == "" {
		if r.ContentLength == 0 {
			return nil
		}
		return errWrongType
	}
	kind, _, err := mime.ParseMediaType(header)
	if err != nil || (kind != "application/x-www-form-urlencoded" && kind != "multipart/form-data") {
		return errWrongType
	}
	return nil
}

func parseForm(r *http.Request) error {
	query := r.URL.RawQuery
	r.URL.RawQuery = "" // ParseForm would report its errors and mix it in
	err := r.ParseForm()
	r.URL.RawQuery = query
	if err == nil {
		// After ParseForm, whose error ParseMultipartForm would lose.
		if err = r.ParseMultipartForm(maxMemory); errors.Is(err, http.ErrNotMultipart) {
			err = nil
		}
	}
	if err != nil {
		return bodyFault(err, errUnread)
	}
	return checkText(r.PostForm)
}

// checkText refuses broken UTF-8, NUL and floods of fields.
func checkText(form url.Values) error {
	n := 0
	for name, values := range form {
		n += len(values)
		if !cleanText(name) || n > maxFields {
			return errBadText
		}
		for _, v := range values {
			if !cleanText(v) {
				return errBadText
			}
		}
	}
	return nil
}

func bodyFault(err error, otherwise *fault.Error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) || errors.Is(err, multipart.ErrMessageTooLarge) {
		return errTooLarge.WithCause(err)
	}
	return otherwise.WithCause(err)
}

func removeUploads(c *gin.Context) {
	if m := c.Request.MultipartForm; m != nil {
		if err := m.RemoveAll(); err != nil {
			of(c).engine.cfg.Log.Warn("temporary upload stays", "request", RequestID(c), "error", err.Error())
		}
	}
}

// File is an uploaded file. Name is what the person calls it, made safe to
// show; it never becomes a path.
type File struct {
	multipart.File
	Name string
	Size int64
}

// Upload opens the file sent in field; the caller closes it. No file, or an
// empty one, is a fault of kind Invalid about that field.
func Upload(c *gin.Context, field string) (*File, error) {
	f, header, err := c.Request.FormFile(field)
	if err != nil {
		return nil, errNoFile.WithField(field).WithCause(err)
	}
	if header.Size == 0 {
		return nil, errors.Join(errNoFile.WithField(field), f.Close())
	}
	return &File{File: f, Name: fileName(header.Filename), Size: header.Size}, nil
}

func fileName(sent string) string {
	name := path.Base(strings.ReplaceAll(strings.ToValidUTF8(sent, ""), "\\", "/"))
	return cut(clean(name, false), 200)
}

// DecodeJSON reads the body of a JSON route into v: one value, no unknown
// field, valid UTF-8. Anything else is a fault of kind Malformed or TooLarge.
func DecodeJSON(c *gin.Context, v any) error {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != "application/json" {
		return errWrongType
	}
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		return bodyFault(err, errBadJSON)
	}
	if !utf8.Valid(body) {
		return errBadText
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return errBadJSON.WithCause(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errBadJSON
	}
	return nil
}
