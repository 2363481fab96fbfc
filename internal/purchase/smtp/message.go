package smtp

import (
	"bytes"
	"encoding/base64"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	"buhuo/internal/purchase"
)

// compose writes the mail as it goes over the line. The same mail is the same bytes at
// each attempt, its Message-ID too, by which mail programs know one that they have.
func compose(from purchase.MailSettings, m purchase.Mail) ([]byte, error) {
	var b bytes.Buffer
	head := func(name, value string) {
		b.WriteString(name + ": " + strings.ReplaceAll(value, "?= =?", "?=\r\n =?") + "\r\n") // a long text is folded between its words
	}
	head("From", (&mail.Address{Name: line(from.Name), Address: from.From}).String())
	head("To", (&mail.Address{Address: m.To}).String())
	head("Subject", mime.QEncoding.Encode("utf-8", line(m.Subject)))
	head("Date", m.CreatedAt.Time().UTC().Format(time.RFC1123Z))
	head("Message-ID", "<"+m.ID.String()+"@"+domain(from.From)+">")
	head("MIME-Version", "1.0")
	w := multipart.NewWriter(&b)
	if err := w.SetBoundary("buhuo-" + m.ID.String()); err != nil {
		return nil, err
	}
	head("Content-Type", `multipart/mixed; boundary="`+w.Boundary()+`"`)
	b.WriteString("\r\n")
	text, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {"text/plain; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}})
	if err != nil {
		return nil, err
	}
	q := quotedprintable.NewWriter(text)
	if _, err := q.Write([]byte(strings.ReplaceAll(strings.ReplaceAll(m.Body, "\r\n", "\n"), "\n", "\r\n"))); err != nil {
		return nil, err
	}
	if err := q.Close(); err != nil {
		return nil, err
	}
	if err := attach(w, m); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

func attach(w *multipart.Writer, m purchase.Mail) error {
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Type": {"application/pdf"}, "Content-Transfer-Encoding": {"base64"},
		"Content-Disposition": {mime.FormatMediaType("attachment", map[string]string{"filename": m.FileName})},
	})
	if err != nil {
		return err
	}
	const width = 57 // bytes that make a line of 76 signs
	for rest := m.File; len(rest) > 0; rest = rest[min(width, len(rest)):] {
		if _, err := part.Write([]byte(base64.StdEncoding.EncodeToString(rest[:min(width, len(rest))]) + "\r\n")); err != nil {
			return err
		}
	}
	return nil
}

// line is a text on one line.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
