// Package accountdb keeps accounts and their entries in the database. It knows tables and
// rows; it must not know a rule of accounts, nor any page.
package accountdb

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"

	"buhuo/internal/account"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Store is account.Store over a database.
type Store struct{ d *db.DB }

// New makes the store.
func New(d *db.DB) *Store { return &Store{d: d} }

var _ account.Store = (*Store)(nil)

func missing(err error) error {
	if err = db.Err(err); errors.Is(err, db.ErrNotFound) {
		return account.ErrMissing
	}
	return err
}

type accountRow struct {
	ShopID    db.ShopID `gorm:"primaryKey"`
	ID        ident.ID  `gorm:"primaryKey"`
	Side      string
	Name      string
	Phone     string
	Search    *string
	Balance   money.Amount
	Since     *day.Date
	LastDay   *day.Date
	Entries   int
	CreatedAt day.Micros `gorm:"autoCreateTime:false"`
	ErasedAt  *day.Micros
	Version   int64
}

func (accountRow) TableName() string { return "accounts" }

func (r accountRow) account() account.Account {
	return account.Account{
		ID: r.ID, Side: account.Side(r.Side), Name: r.Name, Phone: r.Phone, Balance: r.Balance, Since: r.Since, LastDay: r.LastDay, Entries: r.Entries,
		CreatedAt: r.CreatedAt, ErasedAt: r.ErasedAt, Version: r.Version,
	}
}

// searched is the name to look up as a column: none once erased.
func searched(search string) *string {
	if search == "" {
		return nil
	}
	return &search
}

// Account reads one.
func (s *Store) Account(ctx context.Context, id ident.ID) (account.Account, error) {
	var row accountRow
	err := s.d.From(ctx).Where("id = ?", id).Take(&row).Error
	return row.account(), missing(err)
}

// ByName finds one by the folded name.
func (s *Store) ByName(ctx context.Context, side account.Side, search string) (account.Account, error) {
	var row accountRow
	err := s.d.From(ctx).Where("side = ? AND search = ?", string(side), search).Take(&row).Error
	return row.account(), missing(err)
}

// Accounts reads a page by balance, the largest first.
func (s *Store) Accounts(ctx context.Context, q account.Query) ([]account.Account, error) {
	query := s.d.From(ctx).Where("side = ?", string(q.Side)).Order("balance DESC, id DESC").Limit(q.Limit)
	if q.After != nil {
		query = query.Where("(balance, id) < (?, ?)", q.After.Balance, q.After.ID)
	}
	var rows []accountRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out := make([]account.Account, len(rows))
	for i, r := range rows {
		out[i] = r.account()
	}
	return out, nil
}

// Insert writes a new account.
func (s *Store) Insert(ctx context.Context, a account.Account, search string) error {
	_, err := s.d.Insert(ctx, "accounts", []string{"shop_id", "id", "side", "name", "phone", "search", "balance", "since", "last_day", "entries", "created_at", "erased_at", "version"},
		1, "", func(_ int, dst []any) {
			copy(dst, []any{a.ID, string(a.Side), a.Name, a.Phone, searched(search), int64(a.Balance), a.Since, a.LastDay, a.Entries, int64(a.CreatedAt), a.ErasedAt, a.Version})
		})
	return err
}

// Update replaces the row of the version before.
func (s *Store) Update(ctx context.Context, a account.Account, search string) (bool, error) {
	tx := s.d.From(ctx).Model(&accountRow{}).Where("id = ? AND version = ?", a.ID, a.Version-1).Updates(map[string]any{
		"name": a.Name, "phone": a.Phone, "search": searched(search), "balance": a.Balance, "since": a.Since, "last_day": a.LastDay, "entries": a.Entries,
		"erased_at": a.ErasedAt, "version": a.Version,
	})
	err := db.Err(tx.Error)
	if errors.Is(err, db.ErrUnique) {
		return false, account.ErrTaken
	}
	return tx.RowsAffected > 0, err
}

type entryRow struct {
	ShopID      db.ShopID `gorm:"primaryKey"`
	ID          ident.ID  `gorm:"primaryKey"`
	AccountID   ident.ID
	Seq         int
	Side        string
	Kind        string
	Amount      money.Amount
	BusinessDay day.Date
	RecordedAt  day.Micros
	SaleID      *ident.ID
	ReversesID  *ident.ID
	Task        string
	Minutes     int
	Pieces      measure.Quantity
	PersonID    ident.ID
	RequestHash []byte
}

func (entryRow) TableName() string { return "account_entries" }

func (r entryRow) entry() account.Entry {
	return account.Entry{
		ID: r.ID, AccountID: r.AccountID, Seq: r.Seq, Side: account.Side(r.Side), Kind: account.Kind(r.Kind), Amount: r.Amount, Day: r.BusinessDay,
		RecordedAt: r.RecordedAt, SaleID: r.SaleID, ReversesID: r.ReversesID, Task: r.Task, Minutes: r.Minutes, Pieces: r.Pieces, PersonID: r.PersonID, Hash: r.RequestHash,
	}
}

// Append writes entries.
func (s *Store) Append(ctx context.Context, entries []account.Entry) error {
	_, err := s.d.Insert(ctx, "account_entries", []string{"shop_id", "id", "account_id", "seq", "side", "kind", "amount", "business_day", "recorded_at", "sale_id", "reverses_id",
		"task", "minutes", "pieces", "person_id", "request_hash"}, len(entries), "", func(i int, dst []any) {
		e := &entries[i]
		copy(dst, []any{e.ID, e.AccountID, e.Seq, string(e.Side), string(e.Kind), int64(e.Amount), int64(e.Day), int64(e.RecordedAt), e.SaleID, e.ReversesID,
			e.Task, e.Minutes, int64(e.Pieces), e.PersonID, e.Hash})
	})
	return err
}

// Entry reads one.
func (s *Store) Entry(ctx context.Context, id ident.ID) (account.Entry, error) {
	var row entryRow
	err := s.d.From(ctx).Where("id = ?", id).Take(&row).Error
	return row.entry(), missing(err)
}

// OfSale finds the entry of a sale on credit.
func (s *Store) OfSale(ctx context.Context, saleID ident.ID) (account.Entry, error) {
	var row entryRow
	err := s.d.From(ctx).Where("sale_id = ? AND reverses_id IS NULL", saleID).Take(&row).Error
	return row.entry(), missing(err)
}

// OnCredit tells which sales have an entry.
func (s *Store) OnCredit(ctx context.Context, saleIDs []ident.ID) (map[ident.ID]bool, error) {
	out := map[ident.ID]bool{}
	err := s.d.EachOf(ctx, "sale_id", saleIDs, func(rows *sql.Rows) error {
		var id ident.ID
		err := rows.Scan(&id)
		out[id] = true
		return err
	}, "SELECT sale_id FROM account_entries WHERE shop_id = ? AND sale_id IS NOT NULL AND reverses_id IS NULL%s")
	return out, err
}

// Entries reads those of an account by seq.
func (s *Store) Entries(ctx context.Context, id ident.ID) ([]account.Entry, error) {
	return find(s.d.From(ctx).Where("account_id = ?", id).Order("account_id, seq"))
}

// Between reads those of a side on some days.
func (s *Store) Between(ctx context.Context, side account.Side, from, through day.Date) ([]account.Entry, error) {
	return find(s.d.From(ctx).Where("side = ? AND business_day BETWEEN ? AND ?", string(side), from, through).Order("business_day, id"))
}

func find(query *gorm.DB) ([]account.Entry, error) {
	var rows []entryRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	out := make([]account.Entry, len(rows))
	for i, r := range rows {
		out[i] = r.entry()
	}
	return out, nil
}

// Standing adds up a side.
func (s *Store) Standing(ctx context.Context, side account.Side, overdue day.Date) (account.Standing, error) {
	var out account.Standing
	shop, err := db.Shop(ctx)
	if err != nil {
		return out, err
	}
	err = s.d.Each(ctx, func(rows *sql.Rows) error {
		return rows.Scan(&out.Open, &out.Owed, &out.Ahead, &out.Overdue, &out.Late)
	}, standingQuery, overdue, overdue, shop, string(side))
	return out, err
}

// Sums adds up entries by kind.
func (s *Store) Sums(ctx context.Context, from, through day.Date) (map[account.Kind]money.Amount, int, error) {
	out, minutes := map[account.Kind]money.Amount{}, 0
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, 0, err
	}
	for _, side := range []account.Side{account.Household, account.Helper} { // each is a range of the index
		err = s.d.Each(ctx, func(rows *sql.Rows) error {
			var kind account.Kind
			var sum money.Amount
			var worked int
			err := rows.Scan(&kind, &sum, &worked)
			out[kind] = sum
			minutes += worked
			return err
		}, sumsQuery, shop, string(side), from, through)
		if err != nil {
			return nil, 0, err
		}
	}
	return out, minutes, nil
}

// The statements that a page waits for; their plans are tested. A sum is cast because
// PostgreSQL adds up BIGINT as a decimal.
const (
	standingQuery = `SELECT COUNT(CASE WHEN balance > 0 THEN 1 END), CAST(COALESCE(SUM(CASE WHEN balance > 0 THEN balance ELSE 0 END), 0) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN balance < 0 THEN -balance ELSE 0 END), 0) AS BIGINT), COUNT(CASE WHEN since < ? THEN 1 END),
		CAST(COALESCE(SUM(CASE WHEN since < ? THEN balance ELSE 0 END), 0) AS BIGINT) FROM accounts WHERE shop_id = ? AND side = ?`
	sumsQuery = `SELECT kind, CAST(SUM(amount) AS BIGINT), CAST(SUM(minutes) AS BIGINT) FROM account_entries
		WHERE shop_id = ? AND side = ? AND business_day BETWEEN ? AND ? GROUP BY kind ORDER BY kind`
)

// Before reads how long tasks took.
func (s *Store) Before(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	err := s.d.EachOf(ctx, "", nil, func(rows *sql.Rows) error {
		var task string
		var minutes int
		err := rows.Scan(&task, &minutes)
		out[task] = minutes
		return err
	}, "SELECT task, minutes FROM work_before WHERE shop_id = ?%s")
	return out, err
}

// PutBefore replaces one.
func (s *Store) PutBefore(ctx context.Context, task string, minutes int, person ident.ID, at day.Micros) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	if minutes == 0 {
		return db.Err(s.d.From(ctx).Exec("DELETE FROM work_before WHERE shop_id = ? AND task = ?", shop, task).Error)
	}
	_, err = s.d.Insert(ctx, "work_before", []string{"shop_id", "task", "minutes", "person_id", "changed_at"}, 1,
		"ON CONFLICT (shop_id, task) DO UPDATE SET minutes = excluded.minutes, person_id = excluded.person_id, changed_at = excluded.changed_at",
		func(_ int, dst []any) { copy(dst, []any{task, minutes, person, int64(at)}) })
	return err
}
