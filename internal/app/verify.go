package app

import (
	"context"
	"fmt"

	"buhuo/internal/db"
	"buhuo/internal/shop"
)

// Report is what Verify found.
type Report struct {
	Shops int
	Wrong []string // one sentence each, with the shop's short name
}

// Verify proves the invariants of every shop: balances against the ledger, both
// hash chains, order totals and states, what is on order, the accounts with people, that kept forecasts were made
// before their days, that the figures of the boards are those of the ledger, that what shops tell together
// is of enough of them, and the database file itself. Nothing is changed.
func (a *App) Verify(ctx context.Context) (Report, error) {
	var r Report
	if a.DB.Dialect == db.SQLite {
		if err := db.CheckFile(ctx, a.DB.Path); err != nil {
			r.Wrong = append(r.Wrong, err.Error())
		}
	}
	shops, err := a.Shop.Shops(ctx)
	if err != nil {
		return r, err
	}
	r.Shops = len(shops)
	wrong, err := a.Pool.VerifyEditions(ctx)
	if err != nil {
		return r, fmt.Errorf("verify what shops tell together: %w", err)
	}
	r.Wrong = append(r.Wrong, wrong...)
	for _, in := range shops {
		acting := shop.Acting(ctx, in)
		for _, prove := range []func(context.Context) ([]string, error){a.Stock.Verify, a.Shop.VerifyAudit, a.Purchase.Verify, a.Account.Verify, a.Trade.Verify, a.Restock.Verify, a.Joint.Verify, a.Insight.Verify, a.Teller.Verify, a.Pool.Verify} {
			wrong, err := prove(acting)
			if err != nil {
				return r, fmt.Errorf("verify shop %s: %w", in.Slug, err)
			}
			for _, line := range wrong {
				r.Wrong = append(r.Wrong, in.Slug+": "+line)
			}
		}
	}
	return r, nil
}

// Rebuild works out anew, for every shop, what is derived from the ledger.
func (a *App) Rebuild(ctx context.Context) error {
	shops, err := a.Shop.Shops(ctx)
	if err != nil {
		return err
	}
	for _, in := range shops {
		acting := shop.Acting(ctx, in)
		if err := a.Stock.Rebuild(acting); err != nil {
			return fmt.Errorf("rebuild the balances of %s: %w", in.Slug, err)
		}
		if err := a.Restock.Rebuild(acting); err != nil {
			return fmt.Errorf("rebuild the suggestions of %s: %w", in.Slug, err)
		}
		if err := a.Insight.Rebuild(acting); err != nil {
			return fmt.Errorf("rebuild the figures of %s: %w", in.Slug, err)
		}
	}
	return nil
}
