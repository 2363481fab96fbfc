package purchasedb

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/tenant"
)

type mailSettingsRow struct {
	ShopID      db.ShopID `gorm:"primaryKey"`
	Host        string
	Port        int
	Security    string
	Username    string
	Password    []byte
	FromAddress string
	FromName    string
}

func (mailSettingsRow) TableName() string { return "mail_settings" }

// MailSettings reads them with the sealed password.
func (s *Store) MailSettings(ctx context.Context) (purchase.MailSettings, []byte, error) {
	var r mailSettingsRow
	if err := s.d.From(ctx).Take(&r).Error; err != nil {
		return purchase.MailSettings{}, nil, missing(err)
	}
	m := purchase.MailSettings{Host: r.Host, Port: r.Port, Security: purchase.Security(r.Security), Username: r.Username, From: r.FromAddress, Name: r.FromName}
	if len(r.Password) == 0 {
		return m, nil, nil
	}
	return m, r.Password, nil
}

// KeepMailSettings writes them, over what was there.
func (s *Store) KeepMailSettings(ctx context.Context, m purchase.MailSettings, sealed []byte) error {
	_, err := s.d.Insert(ctx, "mail_settings", []string{"shop_id", "host", "port", "security", "username", "password", "from_address", "from_name"}, 1,
		`ON CONFLICT (shop_id) DO UPDATE SET host = excluded.host, port = excluded.port, security = excluded.security, username = excluded.username,
			password = excluded.password, from_address = excluded.from_address, from_name = excluded.from_name`,
		func(_ int, dst []any) {
			copy(dst, []any{m.Host, m.Port, string(m.Security), m.Username, nil, m.From, m.Name})
			if sealed != nil {
				dst[4] = sealed
			}
		})
	return err
}

type mailRow struct {
	ShopID    db.ShopID `gorm:"primaryKey"`
	ID        ident.ID  `gorm:"primaryKey"`
	OrderID   *ident.ID
	PersonID  ident.ID
	CreatedAt day.Micros `gorm:"autoCreateTime:false"`
	Via       string
	Recipient string
	Subject   string
	Body      string
	FileName  string
	File      []byte
	State     string
	Attempts  int
	NextAt    day.Micros
	EndedAt   *day.Micros
	Problem   string
	Detail    string
}

func (mailRow) TableName() string { return "mails" }

// mailHead is a mail without its file.
var mailHead = []string{
	"shop_id", "id", "order_id", "person_id", "created_at", "via", "recipient", "subject", "body", "file_name", "state", "attempts", "next_at", "ended_at", "problem", "detail",
}

func fromMail(r mailRow) purchase.Mail {
	m := purchase.Mail{
		ID: r.ID, PersonID: r.PersonID, CreatedAt: r.CreatedAt, Via: purchase.Via(r.Via), To: r.Recipient, Subject: r.Subject, Body: r.Body, FileName: r.FileName,
		State: purchase.MailState(r.State), Attempts: r.Attempts, NextAt: r.NextAt, EndedAt: r.EndedAt, Problem: purchase.MailProblem(r.Problem), Detail: r.Detail,
		Shop: tenant.ShopID(r.ShopID),
	}
	if r.OrderID != nil {
		m.OrderID = *r.OrderID
	}
	return m
}

// InsertMail puts a mail into the queue.
func (s *Store) InsertMail(ctx context.Context, m purchase.Mail) error {
	row := mailRow{
		ID: m.ID, PersonID: m.PersonID, CreatedAt: m.CreatedAt, Via: string(m.Via), Recipient: m.To, Subject: m.Subject, Body: m.Body, FileName: m.FileName, File: m.File,
		State: string(m.State), Attempts: m.Attempts, NextAt: m.NextAt, EndedAt: m.EndedAt, Problem: string(m.Problem), Detail: m.Detail,
	}
	if !m.OrderID.IsNil() {
		row.OrderID = &m.OrderID
	}
	return db.Err(s.d.From(ctx).Create(&row).Error)
}

// Notices reads the newest mails that are about no order.
func (s *Store) Notices(ctx context.Context, limit int) ([]purchase.Mail, error) {
	var rows []mailRow
	err := s.d.From(ctx).Select(mailHead).Where("order_id IS NULL").Order("created_at DESC, id DESC").Limit(limit).Find(&rows).Error
	return mailsOf(rows), db.Err(err)
}

// Mails reads those of an order, the newest first.
func (s *Store) Mails(ctx context.Context, orderID ident.ID) ([]purchase.Mail, error) {
	var rows []mailRow
	err := s.d.From(ctx).Select(mailHead).Where("order_id = ?", orderID).Order("created_at DESC, id DESC").Find(&rows).Error
	return mailsOf(rows), db.Err(err)
}

func mailsOf(rows []mailRow) []purchase.Mail {
	var out []purchase.Mail
	for _, r := range rows {
		out = append(out, fromMail(r))
	}
	return out
}

// DueMails reads those of all shops that are to be tried, or were left on the line.
func (s *Store) DueMails(ctx context.Context, by, abandoned day.Micros, limit int) ([]purchase.Mail, error) {
	var rows []mailRow
	err := s.d.From(db.Installation(ctx)).Select(mailHead).
		Where("state = 'waiting' AND next_at <= ? OR state = 'claimed' AND next_at <= ?", by, abandoned).
		Order("next_at, shop_id, id").Limit(limit).Find(&rows).Error
	return mailsOf(rows), db.Err(err)
}

// MoveMail writes how far a mail came, unless somebody else moved it.
func (s *Store) MoveMail(ctx context.Context, m purchase.Mail, from purchase.MailState, attempts int) (bool, error) {
	set := map[string]any{
		"state": string(m.State), "attempts": m.Attempts, "next_at": m.NextAt, "ended_at": m.EndedAt, "problem": string(m.Problem), "detail": m.Detail,
	}
	if !m.Live() {
		set["file"] = nil
	}
	tx := s.d.From(ctx).Model(&mailRow{}).Where("id = ? AND state = ? AND attempts = ?", m.ID, string(from), attempts).Updates(set)
	return tx.RowsAffected > 0, db.Err(tx.Error)
}

// MailFile reads the file of one.
func (s *Store) MailFile(ctx context.Context, id ident.ID) ([]byte, error) {
	var row mailRow
	err := s.d.From(ctx).Select("file").Where("id = ?", id).Take(&row).Error
	return row.File, missing(err)
}
