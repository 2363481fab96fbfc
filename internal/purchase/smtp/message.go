package smtp

import (
	"bytes"
	"strings"

	"github.com/wneessen/go-mail"

	"buhuo/internal/purchase"
)

// compose makes the mail. The same mail is the same bytes at each attempt, its
// Message-ID too, by which mail programs know one that they have.
func compose(from purchase.MailSettings, m purchase.Mail) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithBoundary("buhuo-"+m.ID.String()))
	if err := msg.FromFormat(line(from.Name), from.From); err != nil {
		return nil, err
	}
	if err := msg.To(m.To); err != nil {
		return nil, err
	}
	msg.Subject(line(m.Subject))
	msg.SetDateWithValue(m.CreatedAt.Time().UTC())
	msg.SetMessageIDWithValue(m.ID.String() + "@" + domain(from.From))
	msg.SetBodyString(mail.TypeTextPlain, m.Body)
	if len(m.File) > 0 {
		msg.AttachReadSeeker(m.FileName, bytes.NewReader(m.File), mail.WithFileContentType("application/pdf"))
	}
	return msg, nil
}

// line is a text on one line.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
