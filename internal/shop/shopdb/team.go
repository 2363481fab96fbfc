package shopdb

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// Members lists the people of the scope's shop by name. Whether somebody works in
// another shop too is asked across shops, and nothing else of those.
func (s *Store) Members(ctx context.Context) ([]shop.Member, error) {
	id, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		ID                        ident.ID
		Login, Name, Phone, Email string
		Disabled, Elsewhere       bool
		Role                      string
		Since                     int64
		SeenAt                    *int64
	}
	err = s.db.From(db.Installation(ctx)).Raw(`SELECT p.id, p.login, p.name, p.phone, p.email, p.disabled, m.role, m.since,
			EXISTS (SELECT 1 FROM memberships o WHERE o.person_id = m.person_id AND o.shop_id <> m.shop_id) AS elsewhere,
			(SELECT MAX(x.seen_at) FROM sessions x WHERE x.person_id = m.person_id AND x.shop_id = m.shop_id) AS seen_at
		FROM memberships m JOIN persons p ON p.id = m.person_id
		WHERE m.shop_id = ? ORDER BY p.name, p.id`, id).Scan(&rows).Error
	out := make([]shop.Member, len(rows))
	for i, r := range rows {
		out[i] = shop.Member{
			Person: shop.Person{ID: r.ID, Login: r.Login, Name: r.Name, Phone: r.Phone, Email: r.Email, Disabled: r.Disabled},
			Role:   tenant.Role(r.Role), Since: day.Micros(r.Since), Elsewhere: r.Elsewhere,
		}
		if r.SeenAt != nil {
			seen := day.Micros(*r.SeenAt)
			out[i].SeenAt = &seen
		}
	}
	return out, answer(err)
}
