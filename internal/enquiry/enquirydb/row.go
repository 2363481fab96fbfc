package enquirydb

import (
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/enquiry"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

type enquiryRow struct {
	ShopID     db.ShopID `gorm:"primaryKey"`
	ID         ident.ID  `gorm:"primaryKey"`
	Number     int64
	State      string
	AnswerBy   day.Date
	Note       string
	CreatedDay day.Date
	CreatedAt  day.Micros `gorm:"autoCreateTime:false"`
	ClosedAt   *day.Micros
	PersonID   ident.ID
	ClientID   *ident.ID
	Version    int64
}

func (enquiryRow) TableName() string { return "enquiries" }

var enquiryColumns = []string{
	"shop_id", "id", "number", "state", "answer_by", "note", "created_day", "created_at", "closed_at", "person_id", "client_id", "version",
}

func enquiryValues(e *enquiry.Enquiry) []any {
	return []any{
		e.ID, e.Number, string(e.State), int64(e.AnswerBy), e.Note, int64(e.CreatedDay), int64(e.CreatedAt), e.ClosedAt, e.PersonID,
		known(e.ClientID), e.Version,
	}
}

// known is an id as a column that may be empty.
func known(id ident.ID) *ident.ID {
	if id.IsNil() {
		return nil
	}
	return &id
}

func fromEnquiry(r enquiryRow) enquiry.Enquiry {
	e := enquiry.Enquiry{
		ID: r.ID, Number: r.Number, State: enquiry.State(r.State), AnswerBy: r.AnswerBy, Note: r.Note, CreatedDay: r.CreatedDay,
		CreatedAt: r.CreatedAt, ClosedAt: r.ClosedAt, PersonID: r.PersonID, Version: r.Version,
	}
	if r.ClientID != nil {
		e.ClientID = *r.ClientID
	}
	return e
}

type invitationRow struct {
	ShopID     db.ShopID `gorm:"primaryKey"`
	ID         ident.ID  `gorm:"primaryKey"`
	EnquiryID  ident.ID
	Position   int
	SupplierID ident.ID
	AnsweredAt *day.Micros
	LinkID     *ident.ID
	ReplyHash  []byte
	Version    int64
}

func (invitationRow) TableName() string { return "invitations" }

var invitationColumns = []string{"shop_id", "id", "enquiry_id", "position", "supplier_id", "answered_at", "link_id", "version"}

func fromInvitation(r invitationRow) enquiry.Invitation {
	in := enquiry.Invitation{
		ID: r.ID, EnquiryID: r.EnquiryID, SupplierID: r.SupplierID, AnsweredAt: r.AnsweredAt, ReplyHash: r.ReplyHash, Version: r.Version,
	}
	if len(r.ReplyHash) == 0 {
		in.ReplyHash = nil
	}
	if r.LinkID != nil {
		in.LinkID = *r.LinkID
	}
	return in
}

type lineRow struct {
	ShopID       db.ShopID `gorm:"primaryKey"`
	EnquiryID    ident.ID  `gorm:"primaryKey"`
	Line         int       `gorm:"primaryKey;autoIncrement:false"`
	ProductID    ident.ID
	ProductCode  string
	ProductName  string
	Unit         string
	Quantity     measure.Quantity
	InvitationID *ident.ID
	OrderID      *ident.ID
}

func (lineRow) TableName() string { return "enquiry_lines" }

var lineColumns = []string{
	"shop_id", "enquiry_id", "line", "product_id", "product_code", "product_name", "unit", "quantity", "invitation_id", "order_id",
}

func lineValues(id ident.ID, l *enquiry.Line) []any {
	values := []any{id, l.Line, l.ProductID, l.ProductCode, l.ProductName, l.Unit, int64(l.Quantity), nil, nil}
	if l.Award != nil {
		values[7], values[8] = l.Award.InvitationID, l.Award.OrderID
	}
	return values
}

func fromLine(r lineRow) enquiry.Line {
	l := enquiry.Line{
		Line: r.Line, ProductID: r.ProductID, ProductCode: r.ProductCode, ProductName: r.ProductName, Unit: r.Unit, Quantity: r.Quantity,
	}
	if r.InvitationID != nil && r.OrderID != nil {
		l.Award = &enquiry.Award{InvitationID: *r.InvitationID, OrderID: *r.OrderID}
	}
	return l
}

type answerRow struct {
	ShopID       db.ShopID `gorm:"primaryKey"`
	InvitationID ident.ID  `gorm:"primaryKey"`
	Line         int       `gorm:"primaryKey;autoIncrement:false"`
	Cannot       bool
	Unit         string
	Price        money.Price
	Minimum      measure.Quantity
	PackUnit     string
	PackNum      int64
	PackDen      int64
	LeadDays     *int
	ValidUntil   *day.Date
}

func (answerRow) TableName() string { return "answers" }

var answerColumns = []string{
	"shop_id", "invitation_id", "line", "cannot", "unit", "price", "minimum", "pack_unit", "pack_num", "pack_den", "lead_days", "valid_until",
}

func answerValues(id ident.ID, a *enquiry.Answer) []any {
	return []any{
		id, a.Line, a.Cannot, a.Unit, int64(a.Price), int64(a.Minimum), a.Pack.Unit, a.Pack.Factor.Num, a.Pack.Factor.Den, a.LeadDays, a.Until,
	}
}

func fromAnswer(r answerRow) enquiry.Answer {
	return enquiry.Answer{
		Line: r.Line, Cannot: r.Cannot, Unit: r.Unit, Price: r.Price, Minimum: r.Minimum,
		Pack: measure.Pack{Unit: r.PackUnit, Factor: measure.Ratio{Num: r.PackNum, Den: r.PackDen}}, LeadDays: r.LeadDays, Until: r.ValidUntil,
	}
}
