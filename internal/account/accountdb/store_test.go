package accountdb_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"buhuo/internal/account/accountdb"
	"buhuo/internal/account/accounttest"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// Each test has two shops of its own in one database.
func TestStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var shops tenant.ShopID
		accounttest.Run(t, func(t *testing.T) accounttest.House {
			shops += 2
			return accounttest.House{Store: accountdb.New(d), Atomic: d, A: scope(t, d, shops-1), B: scope(t, d, shops)}
		})
		other := scope(t, d, 999)
		for _, statement := range []string{"UPDATE account_entries SET amount = 0 WHERE shop_id = ?", "DELETE FROM account_entries WHERE shop_id = ?"} {
			err := d.Do(other, func(ctx context.Context) error { return d.From(ctx).Exec(statement, 1).Error })
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", statement, err)
			}
		}
	})
}

func scope(t testing.TB, d *db.DB, id tenant.ShopID) context.Context {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	slug, start := fmt.Sprintf("shop-%d", id), make([]byte, 32)
	err = d.Do(db.Installation(context.Background()), func(ctx context.Context) error {
		if err := d.From(ctx).Exec(`INSERT INTO shops (shop_id, slug, name, timezone, currency, secret, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, int64(id), slug, slug, zone.String(), "CNY", []byte{1}, 1).Error; err != nil {
			return err
		}
		return d.From(ctx).Exec("INSERT INTO counters (shop_id, movement_hash, audit_hash) VALUES (?, ?, ?)", int64(id), start, start).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return tenant.With(context.Background(), tenant.Scope{Shop: id, Slug: slug, ShopName: "村口小店", Zone: zone, Currency: money.CNY, Role: tenant.Owner, Lang: "fr"})
}
