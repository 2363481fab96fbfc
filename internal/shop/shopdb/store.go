// Package shopdb keeps the rows of area shop.
package shopdb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// Store implements shop.Store.
type Store struct{ db *db.DB }

// New builds the store.
func New(d *db.DB) *Store { return &Store{db: d} }

// answer translates the engine's words to the area's.
func answer(err error) error {
	err = db.Err(err)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return shop.ErrMissing
	case errors.Is(err, db.ErrUnique):
		return errors.Join(shop.ErrTaken, err)
	}
	return err
}

// InsertShop writes a shop and its counters.
func (s *Store) InsertShop(ctx context.Context, made shop.Shop) (shop.Shop, error) {
	wide := db.Installation(ctx)
	row := toShopRow(made)
	if err := answer(s.db.From(wide).Create(&row).Error); err != nil {
		return shop.Shop{}, err
	}
	made.ID = tenant.ShopID(row.ShopID)
	start := make([]byte, 32)
	return made, answer(s.db.From(wide).Exec("INSERT INTO counters (shop_id, movement_hash, audit_hash) VALUES (?, ?, ?)", row.ShopID, start, start).Error)
}

// Shops lists every shop of the installation.
func (s *Store) Shops(ctx context.Context) ([]shop.Shop, error) {
	var rows []shopRow
	if err := answer(s.db.From(db.Installation(ctx)).Order("slug").Find(&rows).Error); err != nil {
		return nil, err
	}
	out := make([]shop.Shop, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = fromShopRow(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ShopBySlug reads one shop.
func (s *Store) ShopBySlug(ctx context.Context, slug string) (shop.Shop, error) {
	return s.one(ctx, "slug = ?", slug)
}

// ShopByID reads one shop.
func (s *Store) ShopByID(ctx context.Context, id tenant.ShopID) (shop.Shop, error) {
	return s.one(ctx, "shop_id = ?", int64(id))
}

// one reads a shop. Every page begins with it, so it goes without the ORM's
// reflection.
func (s *Store) one(ctx context.Context, where string, value any) (shop.Shop, error) {
	var r shopRow
	err := s.db.From(db.Installation(ctx)).Raw(`SELECT shop_id, slug, name, timezone, currency, province, prices_include_tax, policy,
			service_kind, service_value, ordering_cost, approve_above, open_hour, close_hour, market_days, show_unit, secret, created_at, version
		FROM shops WHERE `+where, value).Row().Scan(&r.ShopID, &r.Slug, &r.Name, &r.Timezone, &r.Currency, &r.Province, &r.PricesIncludeTax, &r.Policy,
		&r.ServiceKind, &r.ServiceValue, &r.OrderingCost, &r.ApproveAbove, &r.OpenHour, &r.CloseHour, &r.MarketDays, &r.ShowUnit, &r.Secret, &r.CreatedAt, &r.Version)
	if err != nil {
		return shop.Shop{}, answer(err)
	}
	return fromShopRow(r)
}

// UpdateShop writes what an owner may change, if the version still is version.
func (s *Store) UpdateShop(ctx context.Context, next shop.Shop, version int64) error {
	row := toShopRow(next)
	row.Version = version + 1
	result := s.db.From(db.Installation(ctx)).Model(&shopRow{}).Where("shop_id = ? AND version = ?", row.ShopID, version).
		Select("Name", "Province", "PricesIncludeTax", "Policy", "ServiceKind", "ServiceValue", "OrderingCost", "ApproveAbove", "OpenHour", "CloseHour", "MarketDays", "ShowUnit", "Version").Updates(&row)
	if result.Error == nil && result.RowsAffected == 0 {
		return shop.ErrStale
	}
	return answer(result.Error)
}

// InsertPerson writes a person.
func (s *Store) InsertPerson(ctx context.Context, p shop.Person) error {
	row := toPersonRow(p)
	return answer(s.db.From(db.Installation(ctx)).Create(&row).Error)
}

// SetPassword replaces a hash.
func (s *Store) SetPassword(ctx context.Context, person ident.ID, old, next string, changed day.Micros) error {
	result := s.db.From(db.Installation(ctx)).Exec("UPDATE persons SET password_hash = ?, changed_at = ? WHERE id = ? AND password_hash = ?", next, int64(changed), person, old)
	if result.Error == nil && result.RowsAffected == 0 {
		return shop.ErrStale
	}
	return answer(result.Error)
}

// SetAppearance keeps how a person likes to read.
func (s *Store) SetAppearance(ctx context.Context, person ident.ID, language string, largeText bool) error {
	return s.ofPerson(ctx, "UPDATE persons SET language = ?, large_text = ? WHERE id = ?", language, largeText, person)
}

// SetDisabled lets a person in or keeps them out.
func (s *Store) SetDisabled(ctx context.Context, person ident.ID, disabled bool, changed day.Micros) error {
	return s.ofPerson(ctx, "UPDATE persons SET disabled = ?, changed_at = ? WHERE id = ?", disabled, int64(changed), person)
}

func (s *Store) ofPerson(ctx context.Context, statement string, args ...any) error {
	result := s.db.From(db.Installation(ctx)).Exec(statement, args...)
	if result.Error == nil && result.RowsAffected == 0 {
		return shop.ErrMissing
	}
	return answer(result.Error)
}

// PersonByID reads a person.
func (s *Store) PersonByID(ctx context.Context, id ident.ID) (shop.Person, error) {
	return s.person(s.db.From(db.Installation(ctx)).Where("id = ?", id))
}

// PersonByLogin reads a person by login, phone number or e-mail, in that order.
func (s *Store) PersonByLogin(ctx context.Context, login string) (shop.Person, error) {
	if login == "" {
		return shop.Person{}, shop.ErrMissing
	}
	return s.person(s.db.From(db.Installation(ctx)).Where("login = ? OR phone = ? OR email = ?", login, login, login).
		Order(clause.OrderBy{Expression: clause.Expr{SQL: "CASE WHEN login = ? THEN 0 WHEN phone = ? THEN 1 ELSE 2 END", Vars: []any{login, login}}}))
}

func (s *Store) person(query *gorm.DB) (shop.Person, error) {
	var row personRow
	if err := answer(query.Limit(1).Take(&row).Error); err != nil {
		return shop.Person{}, err
	}
	return fromPersonRow(row), nil
}

// PersonNames reads what people are called.
func (s *Store) PersonNames(ctx context.Context, ids []ident.ID) (map[ident.ID]string, error) {
	names := make(map[ident.ID]string, len(ids))
	for block := range slices.Chunk(ids, 500) {
		var rows []personRow
		if err := answer(s.db.From(db.Installation(ctx)).Select("id", "name").Where("id IN ?", block).Find(&rows).Error); err != nil {
			return nil, err
		}
		for _, r := range rows {
			names[r.ID] = r.Name
		}
	}
	return names, nil
}

// AnyPerson reports whether somebody can log in.
func (s *Store) AnyPerson(ctx context.Context) (bool, error) {
	var n int64
	err := answer(s.db.From(db.Installation(ctx)).Model(&personRow{}).Limit(1).Count(&n).Error)
	return n > 0, err
}

// SaveMembership writes a person's role in a shop.
func (s *Store) SaveMembership(ctx context.Context, m shop.Membership, since day.Micros) error {
	return answer(s.db.From(db.Installation(ctx)).Exec(`INSERT INTO memberships (shop_id, person_id, role, since) VALUES (?, ?, ?, ?)
		ON CONFLICT (shop_id, person_id) DO UPDATE SET role = excluded.role`, int64(m.Shop), m.Person, string(m.Role), int64(since)).Error)
}

// DeleteMembership takes a person out of a shop.
func (s *Store) DeleteMembership(ctx context.Context, in tenant.ShopID, person ident.ID) error {
	return answer(s.db.From(db.Installation(ctx)).Exec("DELETE FROM memberships WHERE shop_id = ? AND person_id = ?", int64(in), person).Error)
}

// Memberships lists a person's shops by slug.
func (s *Store) Memberships(ctx context.Context, person ident.ID) ([]shop.Membership, error) {
	var rows []struct {
		ShopID           int64
		Slug, Name, Role string
	}
	err := answer(s.db.From(db.Installation(ctx)).Raw(`SELECT m.shop_id, s.slug, s.name, m.role FROM memberships m
		JOIN shops s ON s.shop_id = m.shop_id WHERE m.person_id = ? ORDER BY m.since, s.slug`, person).Scan(&rows).Error)
	out := make([]shop.Membership, len(rows))
	for i, r := range rows {
		out[i] = shop.Membership{Shop: tenant.ShopID(r.ShopID), Slug: r.Slug, Name: r.Name, Person: person, Role: tenant.Role(r.Role)}
	}
	return out, err
}

// InsertSession writes a session.
func (s *Store) InsertSession(ctx context.Context, x shop.Session) error {
	row := sessionRow{TokenHash: x.TokenHash, PersonID: x.Person, ShopID: int64(x.Shop), CreatedAt: int64(x.CreatedAt), SeenAt: int64(x.SeenAt), ExpiresAt: int64(x.ExpiresAt), Agent: x.Agent}
	return answer(s.db.From(db.Installation(ctx)).Create(&row).Error)
}

// Visit reads a session with whose it is and where, in one statement: every
// request of a person begins with it.
func (s *Store) Visit(ctx context.Context, hash []byte) (shop.Visit, error) {
	v := shop.Visit{Session: shop.Session{TokenHash: hash}}
	var timezone, currency string
	err := s.db.From(db.Installation(ctx)).Raw(`SELECT x.person_id, x.shop_id, x.created_at, x.seen_at, x.expires_at,
			p.name, p.language, p.large_text, p.disabled, m.role, s.slug, s.name, s.timezone, s.currency
		FROM sessions x
		JOIN persons p ON p.id = x.person_id
		JOIN memberships m ON m.shop_id = x.shop_id AND m.person_id = x.person_id
		JOIN shops s ON s.shop_id = x.shop_id
		WHERE x.token_hash = ?`, hash).Row().Scan(
		&v.Session.Person, &v.Session.Shop, &v.Session.CreatedAt, &v.Session.SeenAt, &v.Session.ExpiresAt,
		&v.PersonName, &v.Language, &v.LargeText, &v.Disabled, &v.Role, &v.Slug, &v.ShopName, &timezone, &currency)
	if err != nil {
		return shop.Visit{}, answer(err)
	}
	if v.Zone, err = loadZone(timezone); err != nil {
		return shop.Visit{}, fmt.Errorf("shop %s: %w", v.Slug, err)
	}
	if v.Currency, err = money.ParseCurrency(currency); err != nil {
		return shop.Visit{}, fmt.Errorf("shop %s: %w", v.Slug, err)
	}
	return v, nil
}

// TouchSession notes a visit and moves the end.
func (s *Store) TouchSession(ctx context.Context, hash []byte, seen, expires day.Micros) error {
	return s.exec(ctx, "UPDATE sessions SET seen_at = ?, expires_at = ? WHERE token_hash = ?", int64(seen), int64(expires), hash)
}

// MoveSession moves a session to another shop.
func (s *Store) MoveSession(ctx context.Context, hash []byte, to tenant.ShopID) error {
	return s.exec(ctx, "UPDATE sessions SET shop_id = ? WHERE token_hash = ?", int64(to), hash)
}

// DeleteSession ends a session.
func (s *Store) DeleteSession(ctx context.Context, hash []byte) error {
	return s.exec(ctx, "DELETE FROM sessions WHERE token_hash = ?", hash)
}

// DeleteSessions ends all sessions of a person.
func (s *Store) DeleteSessions(ctx context.Context, person ident.ID) error {
	return s.exec(ctx, "DELETE FROM sessions WHERE person_id = ?", person)
}

// PurgeSessions deletes what ended before an instant.
func (s *Store) PurgeSessions(ctx context.Context, before day.Micros) error {
	return s.exec(ctx, "DELETE FROM sessions WHERE expires_at < ?", int64(before))
}

func (s *Store) exec(ctx context.Context, statement string, args ...any) error {
	return answer(s.db.From(db.Installation(ctx)).Exec(statement, args...).Error)
}

// SessionsOf lists a person's sessions, the last used first.
func (s *Store) SessionsOf(ctx context.Context, person ident.ID) ([]shop.Session, error) {
	var rows []sessionRow
	err := answer(s.db.From(db.Installation(ctx)).Where("person_id = ?", person).Order("seen_at DESC, token_hash").Limit(200).Find(&rows).Error)
	out := make([]shop.Session, len(rows))
	for i, r := range rows {
		out[i] = fromSessionRow(r)
	}
	return out, err
}

// Attempts reads the counters of the buckets, in their order.
func (s *Store) Attempts(ctx context.Context, buckets [][]byte) ([]shop.Attempts, error) {
	var rows []struct {
		Bucket   []byte
		Failures int
		LastAt   int64
	}
	err := answer(s.db.From(db.Installation(ctx)).Raw("SELECT bucket, failures, last_at FROM login_throttle WHERE bucket IN ?", buckets).Scan(&rows).Error)
	found := map[string]shop.Attempts{}
	for _, r := range rows {
		found[string(r.Bucket)] = shop.Attempts{Failures: r.Failures, LastAt: day.Micros(r.LastAt)}
	}
	out := make([]shop.Attempts, len(buckets))
	for i, b := range buckets {
		out[i] = found[string(b)]
	}
	return out, err
}

// HoldAttempts reads the counters and keeps their rows locked; those that were
// missing begin at nothing.
func (s *Store) HoldAttempts(ctx context.Context, buckets [][]byte) ([]shop.Attempts, error) {
	for _, b := range buckets {
		err := s.exec(ctx, `INSERT INTO login_throttle (failures, last_at, bucket) VALUES (?, ?, ?)
			ON CONFLICT (bucket) DO UPDATE SET failures = login_throttle.failures`, 0, 0, b)
		if err != nil {
			return nil, err
		}
	}
	return s.Attempts(ctx, buckets)
}

// SaveAttempts writes a counter; none left deletes it.
func (s *Store) SaveAttempts(ctx context.Context, bucket []byte, a shop.Attempts) error {
	if a.Failures == 0 {
		return s.exec(ctx, "DELETE FROM login_throttle WHERE bucket = ?", bucket)
	}
	// The ORM takes bytes right behind a parenthesis for a list, so they come last.
	return s.exec(ctx, `INSERT INTO login_throttle (failures, last_at, bucket) VALUES (?, ?, ?)
		ON CONFLICT (bucket) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at`, a.Failures, int64(a.LastAt), bucket)
}

// PurgeAttempts deletes counters not touched since an instant.
func (s *Store) PurgeAttempts(ctx context.Context, before day.Micros) error {
	return s.exec(ctx, "DELETE FROM login_throttle WHERE last_at < ?", int64(before))
}

// AuditHead reads where the scope's trail ends.
func (s *Store) AuditHead(ctx context.Context) (int64, []byte, error) {
	id, err := db.Shop(ctx)
	if err != nil {
		return 0, nil, err
	}
	var head struct {
		AuditSeq  int64
		AuditHash []byte
	}
	result := s.db.From(ctx).Raw("SELECT audit_seq, audit_hash FROM counters WHERE shop_id = ?", id).Scan(&head)
	if result.Error == nil && result.RowsAffected == 0 {
		return 0, nil, shop.ErrMissing
	}
	return head.AuditSeq, head.AuditHash, answer(result.Error)
}

// NextAudit takes the next number; the row of counters stays locked until the
// transaction ends.
func (s *Store) NextAudit(ctx context.Context) (int64, []byte, error) {
	id, err := db.Shop(ctx)
	if err != nil {
		return 0, nil, err
	}
	var head struct {
		AuditSeq  int64
		AuditHash []byte
	}
	result := s.db.From(ctx).Raw("UPDATE counters SET audit_seq = audit_seq + 1 WHERE shop_id = ? RETURNING audit_seq, audit_hash", id).Scan(&head)
	if result.Error == nil && result.RowsAffected == 0 {
		return 0, nil, shop.ErrMissing
	}
	return head.AuditSeq, head.AuditHash, answer(result.Error)
}

// AppendAudit writes the line and moves the head's hash.
func (s *Store) AppendAudit(ctx context.Context, e shop.Entry) error {
	id, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	row := auditRow{Seq: e.Seq, At: int64(e.At), PersonID: e.Person, Request: e.Request, Action: e.Action, Subject: e.Subject, Detail: e.Detail, Hash: e.Hash}
	if err := answer(s.db.From(ctx).Create(&row).Error); err != nil {
		return err
	}
	return answer(s.db.From(ctx).Exec("UPDATE counters SET audit_hash = ? WHERE shop_id = ? AND audit_seq = ?", e.Hash, id, e.Seq).Error)
}

// AuditAfter reads the lines behind seq.
func (s *Store) AuditAfter(ctx context.Context, seq int64, limit int) ([]shop.Entry, error) {
	return trail(s.db.From(ctx).Where("seq > ?", seq).Order("seq").Limit(limit))
}

// Trail reads the lines that a query asks for, the latest first: backwards along the key,
// until there are enough.
func (s *Store) Trail(ctx context.Context, q shop.TrailQuery) ([]shop.Entry, error) {
	query := s.db.From(ctx).Order("seq DESC")
	if !q.Person.IsNil() {
		query = query.Where("person_id = ?", q.Person)
	}
	if q.Kind != "" {
		query = query.Where("action > ? AND action < ?", q.Kind+".", q.Kind+"/") // the sign behind the dot
	}
	if q.From != 0 {
		query = query.Where("at >= ?", int64(q.From))
	}
	if q.Until != 0 {
		query = query.Where("at < ?", int64(q.Until))
	}
	if q.Before > 0 {
		query = query.Where("seq < ?", q.Before)
	}
	if q.Limit > 0 {
		query = query.Limit(q.Limit)
	}
	return trail(query)
}

func trail(query *gorm.DB) ([]shop.Entry, error) {
	var rows []auditRow
	err := answer(query.Find(&rows).Error)
	out := make([]shop.Entry, len(rows))
	for i, r := range rows {
		out[i] = shop.Entry{Shop: tenant.ShopID(r.ShopID), Seq: r.Seq, At: day.Micros(r.At), Person: r.PersonID, Request: r.Request, Action: r.Action, Subject: r.Subject, Detail: r.Detail, Hash: r.Hash}
	}
	return out, err
}
