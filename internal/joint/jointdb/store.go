// Package jointdb keeps joint orders. It knows tables and rows; it must not know a rule of
// joint orders, nor any page.
package jointdb

import (
	"context"
	"errors"
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/joint"
	"buhuo/internal/tenant"
)

// Store is joint.Store over a database.
type Store struct{ d *db.DB }

// New makes the store.
func New(d *db.DB) *Store { return &Store{d: d} }

var _ joint.Store = (*Store)(nil)

func missing(err error) error {
	if err = db.Err(err); errors.Is(err, db.ErrNotFound) {
		return joint.ErrMissing
	}
	return err
}

func (r neighbourRow) neighbour() joint.Neighbour {
	return joint.Neighbour{ID: r.ID, Name: r.Name, Province: r.Province, Currency: r.Currency, Open: r.Open, Shop: tenant.ShopID(r.ShopID), Version: r.Version}
}

// Neighbour reads what the shop tells of itself.
func (s *Store) Neighbour(ctx context.Context) (joint.Neighbour, error) {
	var row neighbourRow
	err := s.d.From(ctx).Take(&row).Error
	return row.neighbour(), missing(err)
}

// PutNeighbour writes it over the version before.
func (s *Store) PutNeighbour(ctx context.Context, n joint.Neighbour, at day.Micros) (bool, error) {
	count, err := s.d.Insert(ctx, "neighbours", []string{"shop_id", "id", "name", "province", "currency", "open", "changed_at", "version"}, 1,
		`ON CONFLICT (shop_id) DO UPDATE SET name = excluded.name, province = excluded.province, currency = excluded.currency, open = excluded.open,
		changed_at = excluded.changed_at, version = excluded.version WHERE neighbours.version = excluded.version - 1`, func(_ int, dst []any) {
			copy(dst, []any{n.ID, n.Name, n.Province, n.Currency, n.Open, int64(at), n.Version})
		})
	return count == 1, err
}

// Neighbours reads the other shops that may be asked in a currency, by name. It is the one
// statement that reads rows of other shops: those that say so.
func (s *Store) Neighbours(ctx context.Context, currency string) ([]joint.Neighbour, error) {
	own, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		ShopID                   int64
		ID                       ident.ID
		Name, Province, Currency string
	}
	err = s.d.From(ctx).Raw("SELECT shop_id, id, name, province, currency FROM neighbours WHERE open AND shop_id <> ? AND currency = ? ORDER BY name, id",
		own, currency).Scan(&rows).Error
	out := make([]joint.Neighbour, len(rows))
	for i, r := range rows {
		out[i] = joint.Neighbour{ID: r.ID, Name: r.Name, Province: r.Province, Currency: r.Currency, Open: true, Shop: tenant.ShopID(r.ShopID)}
	}
	return out, db.Err(err)
}

// Order reads one with its invitations.
func (s *Store) Order(ctx context.Context, id ident.ID) (joint.Order, error) {
	var row orderRow
	if err := s.d.From(ctx).Where("id = ?", id).Take(&row).Error; err != nil {
		return joint.Order{}, missing(err)
	}
	o, err := row.order()
	if err != nil {
		return o, err
	}
	own, err := db.Shop(ctx)
	if err != nil {
		return o, err
	}
	o.Invitations, err = s.invitations(ctx, "from_shop_id = ? AND joint_id = ? ORDER BY position", own, id)
	return o, err
}

// Orders reads the shop's own without invitations.
func (s *Store) Orders(ctx context.Context, limit int) ([]joint.Order, error) {
	var rows []orderRow
	if err := s.d.From(ctx).Order("created_at DESC, id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out := make([]joint.Order, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.order(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// InsertOrder writes a new one with its invitations.
func (s *Store) InsertOrder(ctx context.Context, o joint.Order) error {
	own, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	goods, err := text(o.Goods)
	if err != nil {
		return err
	}
	outcome, err := text(o.Outcome)
	if err != nil {
		return err
	}
	if _, err := s.d.Insert(ctx, "joint_orders", orderColumns, 1, "", func(_ int, dst []any) {
		copy(dst, []any{
			o.ID, string(o.State), o.ProductID, o.SupplierID, o.OfferID, goods, int64(o.Wanted), int64(o.Tolerance), int64(o.Until), int64(o.UntilAt),
			o.Note, outcome, string(o.Reason), known(o.OrderID), int64(o.CreatedAt), instant(o.ClosedAt), o.Version,
		})
	}); err != nil {
		return err
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", strings.Count(invitationColumns, ",")+1), ", ")
	for i, in := range o.Invitations {
		if goods, err = text(in.Goods); err != nil {
			return err
		}
		if outcome, err = text(in.Outcome); err != nil {
			return err
		}
		err := s.d.From(ctx).Exec("INSERT INTO joint_invitations ("+invitationColumns+") VALUES ("+marks+")",
			own, int64(in.To), in.ID, o.ID, i+1, in.Organiser, in.Province, in.Member, goods, int64(in.Until), int64(in.UntilAt), in.Note,
			string(in.Answer), int64(in.Wanted), int64(in.Tolerance), outcome, known(in.OrderID), int64(in.AskedAt), instant(in.AnsweredAt),
			instant(in.ClosedAt), in.Version).Error
		if err != nil {
			return db.Err(err)
		}
	}
	return nil
}

// UpdateOrder writes how far an order has come over the version before.
func (s *Store) UpdateOrder(ctx context.Context, o joint.Order) (bool, error) {
	outcome, err := text(o.Outcome)
	if err != nil {
		return false, err
	}
	tx := s.d.From(ctx).Model(&orderRow{}).Where("id = ? AND version = ?", o.ID, o.Version-1).Updates(map[string]any{
		"state": string(o.State), "outcome": outcome, "reason": string(o.Reason), "order_id": known(o.OrderID), "closed_at": instant(o.ClosedAt), "version": o.Version,
	})
	return tx.RowsAffected == 1, db.Err(tx.Error)
}

// Due reads the open orders of all shops whose time was up.
func (s *Store) Due(ctx context.Context, at day.Micros) ([]joint.Due, error) {
	var rows []orderRow
	err := s.d.From(db.Installation(ctx)).Select("shop_id, id").Where("state = 'open' AND until_at <= ?", int64(at)).Order("until_at, id").Find(&rows).Error
	out := make([]joint.Due, len(rows))
	for i, r := range rows {
		out[i] = joint.Due{Shop: tenant.ShopID(r.ShopID), ID: r.ID}
	}
	return out, db.Err(err)
}

// Invitation reads one of either side.
func (s *Store) Invitation(ctx context.Context, id ident.ID) (joint.Invitation, error) {
	own, err := db.Shop(ctx)
	if err != nil {
		return joint.Invitation{}, err
	}
	found, err := s.invitations(ctx, "id = ? AND (from_shop_id = ? OR to_shop_id = ?)", id, own, own)
	if err != nil {
		return joint.Invitation{}, err
	}
	if len(found) == 0 {
		return joint.Invitation{}, joint.ErrMissing
	}
	return found[0], nil
}

// Received reads those that came to the shop.
func (s *Store) Received(ctx context.Context, limit int) ([]joint.Invitation, error) {
	own, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	return s.invitations(ctx, "to_shop_id = ? ORDER BY asked_at DESC, id LIMIT ?", own, limit)
}

func (s *Store) invitations(ctx context.Context, where string, args ...any) ([]joint.Invitation, error) {
	var rows []invitationRow
	if err := s.d.From(ctx).Raw("SELECT "+invitationColumns+" FROM joint_invitations WHERE "+where, args...).Scan(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out := make([]joint.Invitation, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.invitation(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// UpdateInvitation writes what was answered, or what became of it, over the version before.
func (s *Store) UpdateInvitation(ctx context.Context, in joint.Invitation) (bool, error) {
	own, err := db.Shop(ctx)
	if err != nil {
		return false, err
	}
	outcome, err := text(in.Outcome)
	if err != nil {
		return false, err
	}
	tx := s.d.From(ctx).Exec(`UPDATE joint_invitations SET answer = ?, wanted = ?, tolerance = ?, outcome = ?, order_id = ?, answered_at = ?, closed_at = ?, version = ?
		WHERE id = ? AND version = ? AND (from_shop_id = ? OR to_shop_id = ?)`,
		string(in.Answer), int64(in.Wanted), int64(in.Tolerance), outcome, known(in.OrderID), instant(in.AnsweredAt), instant(in.ClosedAt), in.Version,
		in.ID, in.Version-1, own, own)
	return tx.RowsAffected == 1, db.Err(tx.Error)
}

type productRow struct {
	ShopID       db.ShopID `gorm:"primaryKey"`
	InvitationID ident.ID  `gorm:"primaryKey"`
	ProductID    *ident.ID
}

func (productRow) TableName() string { return "joint_products" }

// Product is for which of its products the shop joined.
func (s *Store) Product(ctx context.Context, invitation ident.ID) (ident.ID, error) {
	var row productRow
	err := s.d.From(ctx).Where("invitation_id = ?", invitation).Take(&row).Error
	return plain(row.ProductID), missing(err)
}

// PutProduct writes it.
func (s *Store) PutProduct(ctx context.Context, invitation, product ident.ID) error {
	_, err := s.d.Insert(ctx, "joint_products", []string{"shop_id", "invitation_id", "product_id"}, 1,
		"ON CONFLICT (shop_id, invitation_id) DO UPDATE SET product_id = excluded.product_id", func(_ int, dst []any) {
			copy(dst, []any{invitation, known(product)})
		})
	return err
}
