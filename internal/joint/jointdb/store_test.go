package jointdb_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/joint/jointtest"
)

func TestStore(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		jointtest.Run(t, func(t *testing.T) *db.DB { return dbtest.SQLite(t) })
	})
	t.Run("postgres", func(t *testing.T) {
		jointtest.Run(t, func(t *testing.T) *db.DB { return dbtest.Postgres(t) })
	})
}

// TestClosedOnce: however many work at it, in one process or in several, an order whose
// time is up is ordered once.
func TestClosedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := jointtest.Open(t, d)
		o := s.Propose()
		s.Join(s.Li, 60_000, 0)
		s.Wait(72 * time.Hour)
		errs := make([]error, 6)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { errs[i] = s.App.Joint.RunDue(context.Background()) })
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Error(err)
		}
		s.OrderedOnce(o)
	})
}

// TestTheServerKeepsInvitationsBetweenTwo: PostgreSQL itself shows an invitation to its
// two shops only, lets none of them remove it, and takes none that comes from somebody
// else; of a neighbour it shows the row only while it says so.
func TestTheServerKeepsInvitationsBetweenTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Dialect != db.Postgres {
			return // SQLite has no row security: the contract above is what there is
		}
		s := jointtest.Open(t, d)
		s.Propose()
		s.Join(s.Li, 30_000, 0)
		run := func(ctx context.Context, statement string) (n int64, err error) {
			err = d.Do(ctx, func(ctx context.Context) error {
				tx := d.From(ctx).Exec(statement)
				n = tx.RowsAffected
				return tx.Error
			})
			return n, err
		}
		for who, c := range map[string]struct {
			ctx                          context.Context
			invitations, orders, product int64
			neighbours                   int64
		}{"Wang": {s.Wang, 2, 1, 0, 3}, "Li": {s.Li, 1, 0, 1, 3}, "Zhao": {s.Zhao, 1, 0, 0, 3}, "Sun": {s.Sun, 0, 0, 0, 3}} {
			for table, want := range map[string]int64{"joint_invitations WHERE from_shop_id": c.invitations, "joint_orders WHERE shop_id": c.orders, "joint_products WHERE shop_id": c.product, "neighbours WHERE shop_id": c.neighbours} {
				var n int64
				if err := d.From(c.ctx).Raw("SELECT COUNT(*) FROM " + table + " > 0").Scan(&n).Error; err != nil || n != want {
					t.Errorf("%s sees %d of %s, want %d, %v", who, n, table, want, err)
				}
			}
			if n, err := run(c.ctx, "UPDATE joint_invitations SET note = note WHERE from_shop_id > 0"); err != nil || n != c.invitations {
				t.Errorf("%s changes %d invitations, %v", who, n, err)
			}
			if n, err := run(c.ctx, "DELETE FROM joint_invitations WHERE from_shop_id > 0"); err != nil || n != 0 {
				t.Errorf("%s removes %d invitations, %v", who, n, err)
			}
			if n, err := run(c.ctx, "UPDATE neighbours SET name = 'x' WHERE shop_id > 0"); err != nil || n > 1 {
				t.Errorf("%s changes %d neighbours, %v", who, n, err)
			}
		}
		if err := s.App.Joint.MayBeAsked(s.Zhao, false); err != nil {
			t.Fatal(err)
		}
		var n int64
		if err := d.From(s.Wang).Raw("SELECT COUNT(*) FROM neighbours WHERE shop_id > 0").Scan(&n).Error; err != nil || n != 2 {
			t.Errorf("Wang sees %d neighbours, one of whom has said no, %v", n, err)
		}
	})
}
