// Package enquirydb keeps enquiries and what was answered to them in the database. It
// knows tables and rows; it must not know a rule of enquiries, nor any page.
package enquirydb

import (
	"context"
	"errors"

	"buhuo/internal/db"
	"buhuo/internal/enquiry"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// Store is enquiry.Store over a database.
type Store struct{ d *db.DB }

// New makes the store.
func New(d *db.DB) *Store { return &Store{d: d} }

var _ enquiry.Store = (*Store)(nil)

func missing(err error) error {
	if err = db.Err(err); errors.Is(err, db.ErrNotFound) {
		return enquiry.ErrMissing
	}
	return err
}

// TakeNumber takes the next number.
func (s *Store) TakeNumber(ctx context.Context) (int64, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return 0, err
	}
	if err := s.d.From(ctx).Exec("UPDATE counters SET enquiry_number = enquiry_number + 1 WHERE shop_id = ?", shop).Error; err != nil {
		return 0, db.Err(err)
	}
	return s.Number(ctx)
}

// Number is the last number taken.
func (s *Store) Number(ctx context.Context) (int64, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return 0, err
	}
	var last int64
	tx := s.d.From(ctx).Raw("SELECT enquiry_number FROM counters WHERE shop_id = ?", shop).Scan(&last)
	if tx.Error == nil && tx.RowsAffected == 0 {
		return 0, enquiry.ErrMissing
	}
	return last, db.Err(tx.Error)
}

// Insert writes a new enquiry with its lines and invitations.
func (s *Store) Insert(ctx context.Context, e enquiry.Enquiry) error {
	_, err := s.d.Insert(ctx, "enquiries", enquiryColumns, 1, "", func(_ int, dst []any) { copy(dst, enquiryValues(&e)) })
	if err != nil {
		return err
	}
	if _, err = s.d.Insert(ctx, "invitations", invitationColumns, len(e.Invitations), "", func(i int, dst []any) {
		in := &e.Invitations[i]
		copy(dst, []any{in.ID, e.ID, i + 1, in.SupplierID, in.AnsweredAt, known(in.LinkID), in.Version})
	}); err != nil {
		return err
	}
	_, err = s.d.Insert(ctx, "enquiry_lines", lineColumns, len(e.Lines), "", func(i int, dst []any) { copy(dst, lineValues(e.ID, &e.Lines[i])) })
	return err
}

// Update writes state, end and awards of the enquiry of the version before.
func (s *Store) Update(ctx context.Context, e enquiry.Enquiry) (bool, error) {
	tx := s.d.From(ctx).Model(&enquiryRow{}).Where("id = ? AND version = ?", e.ID, e.Version-1).Updates(map[string]any{
		"state": string(e.State), "closed_at": e.ClosedAt, "version": e.Version,
	})
	if tx.Error != nil || tx.RowsAffected == 0 {
		return false, db.Err(tx.Error)
	}
	for _, l := range e.Lines {
		if l.Award == nil {
			continue
		}
		err := s.d.From(ctx).Model(&lineRow{}).Where("enquiry_id = ? AND line = ?", e.ID, l.Line).Updates(map[string]any{
			"invitation_id": l.Award.InvitationID, "order_id": l.Award.OrderID,
		}).Error
		if err != nil {
			return false, db.Err(err)
		}
	}
	return true, nil
}

// PutAnswers replaces what an invitation of the version before was answered.
func (s *Store) PutAnswers(ctx context.Context, in enquiry.Invitation) (bool, error) {
	tx := s.d.From(ctx).Model(&invitationRow{}).Where("id = ? AND version = ?", in.ID, in.Version-1).Updates(map[string]any{
		"answered_at": in.AnsweredAt, "link_id": known(in.LinkID), "reply_hash": in.ReplyHash, "version": in.Version,
	})
	if tx.Error != nil || tx.RowsAffected == 0 {
		return false, db.Err(tx.Error)
	}
	if err := s.d.From(ctx).Where("invitation_id = ?", in.ID).Delete(&answerRow{}).Error; err != nil {
		return false, db.Err(err)
	}
	_, err := s.d.Insert(ctx, "answers", answerColumns, len(in.Answers), "", func(i int, dst []any) { copy(dst, answerValues(in.ID, &in.Answers[i])) })
	return err == nil, err
}

// Enquiry reads one with all its parts.
func (s *Store) Enquiry(ctx context.Context, id ident.ID) (enquiry.Enquiry, error) {
	var head enquiryRow
	if err := s.d.From(ctx).Where("id = ?", id).Take(&head).Error; err != nil {
		return enquiry.Enquiry{}, missing(err)
	}
	e := fromEnquiry(head)
	var lines []lineRow
	if err := s.d.From(ctx).Where("enquiry_id = ?", id).Order("line").Find(&lines).Error; err != nil {
		return e, db.Err(err)
	}
	for _, l := range lines {
		e.Lines = append(e.Lines, fromLine(l))
	}
	var invitations []invitationRow
	if err := s.d.From(ctx).Where("enquiry_id = ?", id).Order("position").Find(&invitations).Error; err != nil {
		return e, db.Err(err)
	}
	at, ids := map[ident.ID]int{}, make([]ident.ID, len(invitations))
	for i, r := range invitations {
		at[r.ID], ids[i] = i, r.ID
		e.Invitations = append(e.Invitations, fromInvitation(r))
	}
	var answers []answerRow
	if err := s.d.From(ctx).Where("invitation_id IN ?", ids).Order("line").Find(&answers).Error; err != nil {
		return e, db.Err(err)
	}
	for _, a := range answers {
		in := &e.Invitations[at[a.InvitationID]]
		in.Answers = append(in.Answers, fromAnswer(a))
	}
	return e, nil
}

// ByClient finds the enquiry that a request made.
func (s *Store) ByClient(ctx context.Context, clientID ident.ID) (ident.ID, error) {
	var row enquiryRow
	err := s.d.From(ctx).Select("id").Where("client_id = ?", clientID).Take(&row).Error
	return row.ID, missing(err)
}

// ByInvitation finds the enquiry of an invitation.
func (s *Store) ByInvitation(ctx context.Context, invitationID ident.ID) (ident.ID, error) {
	var row invitationRow
	err := s.d.From(ctx).Select("enquiry_id").Where("id = ?", invitationID).Take(&row).Error
	return row.EnquiryID, missing(err)
}

// LinkShop looks among the links of all shops.
func (s *Store) LinkShop(ctx context.Context, link ident.ID) (tenant.ShopID, error) {
	var row invitationRow
	err := s.d.From(db.Installation(ctx)).Select("shop_id").Where("link_id = ?", link).Take(&row).Error
	return tenant.ShopID(row.ShopID), missing(err)
}

// ByLink looks among those of the shop.
func (s *Store) ByLink(ctx context.Context, link ident.ID) (ident.ID, error) {
	var row invitationRow
	err := s.d.From(ctx).Select("id").Where("link_id = ?", link).Take(&row).Error
	return row.ID, missing(err)
}

// List reads a page of heads, newest number first, with their counts.
func (s *Store) List(ctx context.Context, q enquiry.Query) ([]enquiry.Enquiry, error) {
	query := s.d.From(ctx).Order("number DESC").Limit(q.Limit)
	if q.State != "" {
		query = query.Where("state = ?", string(q.State))
	}
	if q.Before > 0 {
		query = query.Where("number < ?", q.Before)
	}
	var rows []enquiryRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out, at, ids := make([]enquiry.Enquiry, len(rows)), make(map[ident.ID]int, len(rows)), make([]ident.ID, len(rows))
	for i, r := range rows {
		out[i], at[r.ID], ids[i] = fromEnquiry(r), i, r.ID
	}
	type count struct {
		EnquiryID ident.ID
		N, Done   int
	}
	var lines, invitations []count
	if err := s.d.From(ctx).Model(&lineRow{}).Select("enquiry_id, COUNT(*) AS n, COUNT(order_id) AS done").Where("enquiry_id IN ?", ids).Group("enquiry_id").Find(&lines).Error; err != nil {
		return nil, db.Err(err)
	}
	err := s.d.From(ctx).Model(&invitationRow{}).Select("enquiry_id, COUNT(*) AS n, COUNT(answered_at) AS done").Where("enquiry_id IN ?", ids).Group("enquiry_id").Find(&invitations).Error
	for _, c := range lines {
		out[at[c.EnquiryID]].Counts.Lines, out[at[c.EnquiryID]].Counts.Awarded = c.N, c.Done
	}
	for _, c := range invitations {
		out[at[c.EnquiryID]].Counts.Asked, out[at[c.EnquiryID]].Counts.Answered = c.N, c.Done
	}
	return out, db.Err(err)
}
