package purchasedb

import (
	"context"
	"encoding/json"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/tenant"
)

type linkRow struct {
	ShopID      db.ShopID `gorm:"primaryKey"`
	ID          ident.ID  `gorm:"primaryKey"`
	OrderID     ident.ID
	PersonID    ident.ID
	CreatedAt   day.Micros `gorm:"autoCreateTime:false"`
	ExpiresAt   day.Micros
	RevokedAt   *day.Micros
	AnsweredAt  *day.Micros
	Answer      *string
	Lines       *string
	Note        string
	RequestHash []byte
	Verdict     *string
	DecidedAt   *day.Micros
	DecidedBy   *ident.ID
}

func (linkRow) TableName() string { return "order_links" }

// linkLine is a line of an answer as it is kept.
type linkLine struct {
	Line     int              `json:"line"`
	Quantity measure.Quantity `json:"quantity"`
	Price    money.Price      `json:"price"`
	Day      day.Date         `json:"day"`
	Later    measure.Quantity `json:"later,omitempty"`
	LaterDay day.Date         `json:"later_day,omitempty"`
}

func writeLines(lines []purchase.ConfirmLine) (*string, error) {
	if lines == nil {
		return nil, nil
	}
	out := make([]linkLine, len(lines))
	for i, l := range lines {
		out[i] = linkLine{l.Line, l.Quantity, l.Price, l.Day, l.Later, l.LaterDay}
	}
	b, err := json.Marshal(out)
	text := string(b)
	return &text, err
}

func readLines(text *string) ([]purchase.ConfirmLine, error) {
	if text == nil {
		return nil, nil
	}
	var lines []linkLine
	if err := json.Unmarshal([]byte(*text), &lines); err != nil {
		return nil, err
	}
	out := make([]purchase.ConfirmLine, len(lines))
	for i, l := range lines {
		out[i] = purchase.ConfirmLine{Line: l.Line, Agreed: purchase.Agreed{Quantity: l.Quantity, Price: l.Price, Day: l.Day, Later: l.Later, LaterDay: l.LaterDay}}
	}
	return out, nil
}

func fromLink(r linkRow) (purchase.Link, error) {
	l := purchase.Link{ID: r.ID, OrderID: r.OrderID, PersonID: r.PersonID, CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt, RevokedAt: r.RevokedAt}
	if r.AnsweredAt == nil || r.Answer == nil || r.Verdict == nil {
		return l, nil
	}
	lines, err := readLines(r.Lines)
	l.Answer = &purchase.Answer{At: *r.AnsweredAt, Kind: purchase.Kind(*r.Answer), Lines: lines, Note: r.Note, Hash: r.RequestHash,
		Verdict: purchase.Verdict(*r.Verdict), DecidedAt: r.DecidedAt}
	if r.DecidedBy != nil {
		l.Answer.DecidedBy = *r.DecidedBy
	}
	return l, err
}

// InsertLink writes a new one.
func (s *Store) InsertLink(ctx context.Context, l purchase.Link) error {
	row := linkRow{ID: l.ID, OrderID: l.OrderID, PersonID: l.PersonID, CreatedAt: l.CreatedAt, ExpiresAt: l.ExpiresAt}
	return db.Err(s.d.From(ctx).Create(&row).Error)
}

// RevokeLinks ends the valid link of an order.
func (s *Store) RevokeLinks(ctx context.Context, orderID ident.ID, at day.Micros) (bool, error) {
	tx := s.d.From(ctx).Model(&linkRow{}).Where("order_id = ? AND revoked_at IS NULL", orderID).Updates(map[string]any{"revoked_at": at})
	return tx.RowsAffected > 0, db.Err(tx.Error)
}

// Links reads those of an order, the newest first.
func (s *Store) Links(ctx context.Context, orderID ident.ID) ([]purchase.Link, error) {
	var rows []linkRow
	if err := s.d.From(ctx).Where("order_id = ?", orderID).Order("created_at DESC, id DESC").Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	var out []purchase.Link
	for _, r := range rows {
		l, err := fromLink(r)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// LinkShop looks among the links of all shops.
func (s *Store) LinkShop(ctx context.Context, id ident.ID) (tenant.ShopID, error) {
	var row linkRow
	err := s.d.From(db.Installation(ctx)).Select("shop_id").Where("id = ?", id).Take(&row).Error
	return tenant.ShopID(row.ShopID), missing(err)
}

// LinkOrder looks among those of the shop.
func (s *Store) LinkOrder(ctx context.Context, id ident.ID) (ident.ID, error) {
	var row linkRow
	err := s.d.From(ctx).Select("order_id").Where("id = ?", id).Take(&row).Error
	return row.OrderID, missing(err)
}

// AnswerLink writes the first answer of a valid link.
func (s *Store) AnswerLink(ctx context.Context, l purchase.Link) (bool, error) {
	lines, err := writeLines(l.Answer.Lines)
	if err != nil {
		return false, err
	}
	tx := s.d.From(ctx).Model(&linkRow{}).Where("id = ? AND answered_at IS NULL AND revoked_at IS NULL AND expires_at > ?", l.ID, l.Answer.At).Updates(map[string]any{
		"answered_at": l.Answer.At, "answer": string(l.Answer.Kind), "lines": lines, "note": l.Answer.Note, "request_hash": l.Answer.Hash,
		"verdict": string(l.Answer.Verdict), "decided_at": l.Answer.DecidedAt,
	})
	return tx.RowsAffected > 0, db.Err(tx.Error)
}

// DecideLink writes the verdict on an open answer.
func (s *Store) DecideLink(ctx context.Context, l purchase.Link) (bool, error) {
	tx := s.d.From(ctx).Model(&linkRow{}).Where("id = ? AND verdict = ?", l.ID, string(purchase.Open)).Updates(map[string]any{
		"verdict": string(l.Answer.Verdict), "decided_at": l.Answer.DecidedAt, "decided_by": known(l.Answer.DecidedBy),
	})
	return tx.RowsAffected > 0, db.Err(tx.Error)
}

// OpenAnswers counts the orders whose supplier waits for a word.
func (s *Store) OpenAnswers(ctx context.Context) (int, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return 0, err
	}
	var n int
	err = s.d.From(ctx).Raw(`SELECT COUNT(DISTINCT o.id) FROM order_links k JOIN orders o ON o.shop_id = k.shop_id AND o.id = k.order_id
		WHERE k.shop_id = ? AND k.verdict = 'open' AND o.state IN ('sent', 'confirmed')`, shop).Scan(&n).Error
	return n, db.Err(err)
}
