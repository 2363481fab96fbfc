package upkeep

import (
	"context"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/db"
	"buhuo/internal/shop"
)

// stuckAfter is how long a changed product may wait for its suggestion while nobody
// works for its shop.
const stuckAfter = 10 * time.Minute

// examineWork looks for shops whose background work fails or stands still.
func examineWork(ctx context.Context, d *db.DB, note func(bool, string, ...any)) {
	a := app.Wire(d, time.Now)
	shops, err := a.Shop.Shops(ctx)
	if err != nil {
		note(false, "the shops cannot be read: %v", err)
		return
	}
	sound := true
	for _, in := range shops {
		state, err := a.Restock.Background(shop.Acting(ctx, in))
		if err != nil {
			note(false, "shop %s: how its background work stands cannot be read: %v", in.Slug, err)
			return
		}
		now := time.Now()
		if state.Failures > 0 {
			sound = false
			note(false, "shop %s: its background work failed %d times in a row; it is tried again at %s, and the log says what is wrong", in.Slug, state.Failures, state.RetryAt.Time().Format(time.RFC3339))
		}
		if state.Since == nil {
			continue
		}
		waited, held := now.Sub(state.Since.Time()), state.HeldUntil.Time().After(now)
		if waited > stuckAfter && !held && state.Failures == 0 {
			sound = false
			note(false, "shop %s: %d products have waited up to %s to be worked out again and nobody works for it; does buhuo serve run?", in.Slug, state.Waiting, waited.Round(time.Minute))
		}
	}
	if sound {
		note(true, "the background work of %d shops is well", len(shops))
	}
}
