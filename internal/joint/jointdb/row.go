package jointdb

import (
	"encoding/json"
	"fmt"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/joint"
	"buhuo/internal/measure"
	"buhuo/internal/tenant"
)

type neighbourRow struct {
	ShopID    db.ShopID `gorm:"primaryKey"`
	ID        ident.ID
	Name      string
	Province  string
	Currency  string
	Open      bool
	ChangedAt day.Micros
	Version   int64
}

func (neighbourRow) TableName() string { return "neighbours" }

type orderRow struct {
	ShopID            db.ShopID `gorm:"primaryKey"`
	ID                ident.ID  `gorm:"primaryKey"`
	State             string
	ProductID         ident.ID
	SupplierID        ident.ID
	OfferID           ident.ID
	Goods             string
	Wanted, Tolerance measure.Quantity
	UntilDay          day.Date
	UntilAt           day.Micros
	Note, Outcome     string
	Reason            string
	OrderID           *ident.ID
	CreatedAt         day.Micros `gorm:"autoCreateTime:false"`
	ClosedAt          *day.Micros
	Version           int64
}

func (orderRow) TableName() string { return "joint_orders" }

var orderColumns = []string{
	"shop_id", "id", "state", "product_id", "supplier_id", "offer_id", "goods", "wanted", "tolerance", "until_day", "until_at", "note", "outcome",
	"reason", "order_id", "created_at", "closed_at", "version",
}

func (r orderRow) order() (joint.Order, error) {
	o := joint.Order{
		ID: r.ID, State: joint.State(r.State), ProductID: r.ProductID, SupplierID: r.SupplierID, OfferID: r.OfferID, Wanted: r.Wanted,
		Tolerance: r.Tolerance, Until: r.UntilDay, UntilAt: r.UntilAt, Note: r.Note, Reason: joint.Reason(r.Reason), OrderID: plain(r.OrderID),
		CreatedAt: r.CreatedAt, ClosedAt: r.ClosedAt, Version: r.Version,
	}
	return o, read(r.ID, r.Goods, &o.Goods, r.Outcome, &o.Outcome)
}

// invitationRow is the row between two shops. It has no shop_id, so every statement says
// itself whose it may be; on PostgreSQL the server makes sure.
type invitationRow struct {
	FromShopID, ToShopID int64
	ID, JointID          ident.ID
	Position             int
	Organiser, Province  string
	Member, Goods        string
	UntilDay             day.Date
	UntilAt              day.Micros
	Note, Answer         string
	Wanted, Tolerance    measure.Quantity
	Outcome              string
	OrderID              *ident.ID
	AskedAt              day.Micros
	AnsweredAt, ClosedAt *day.Micros
	Version              int64
}

const invitationColumns = "from_shop_id, to_shop_id, id, joint_id, position, organiser, province, member, goods, until_day, until_at, note, answer, " +
	"wanted, tolerance, outcome, order_id, asked_at, answered_at, closed_at, version"

func (r invitationRow) invitation() (joint.Invitation, error) {
	in := joint.Invitation{
		ID: r.ID, JointID: r.JointID, From: tenant.ShopID(r.FromShopID), To: tenant.ShopID(r.ToShopID), Organiser: r.Organiser, Province: r.Province,
		Member: r.Member, Until: r.UntilDay, UntilAt: r.UntilAt, Note: r.Note, Answer: joint.Answer(r.Answer), Wanted: r.Wanted, Tolerance: r.Tolerance,
		OrderID: plain(r.OrderID), AskedAt: r.AskedAt, AnsweredAt: r.AnsweredAt, ClosedAt: r.ClosedAt, Version: r.Version,
	}
	return in, read(r.ID, r.Goods, &in.Goods, r.Outcome, &in.Outcome)
}

// read reads the two texts of a row.
func read(id ident.ID, goods string, g *joint.Goods, outcome string, o *joint.Outcome) error {
	if err := json.Unmarshal([]byte(goods), g); err != nil {
		return fmt.Errorf("goods of %s: %w", id, err)
	}
	if err := json.Unmarshal([]byte(outcome), o); err != nil {
		return fmt.Errorf("outcome of %s: %w", id, err)
	}
	return nil
}

func text(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func plain(id *ident.ID) ident.ID {
	if id == nil {
		return ident.Nil
	}
	return *id
}

func known(id ident.ID) any {
	if id.IsNil() {
		return nil
	}
	return id
}

func instant(at *day.Micros) any {
	if at == nil {
		return nil
	}
	return int64(*at)
}
