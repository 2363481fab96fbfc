package shop

import (
	"context"
	"strconv"

	"buhuo/internal/day"
	"buhuo/internal/ident"
)

// TrailQuery asks for lines of the audit trail, the latest first. Zero values do not
// narrow; Before is the number of the last line seen; Limit 0 is all.
type TrailQuery struct {
	Person      ident.ID
	Kind        string     // the part of the action before its dot
	From, Until day.Micros // Until is not in it
	Before      int64
	Limit       int
}

// TrailKinds are the kinds of what is done, in the order in which people are offered
// them.
func TrailKinds() []string {
	return []string{"order", "template", "joint", "enquiry", "deal", "supplier", "offer", "product", "directory", "suggestion", "forecast", "level", "hindsight", "sale", "import", "mail", "robot", "household", "helper", "pool", "person", "shop"}
}

// Trail reads lines of the shop's audit trail, for its owner.
func (s *Service) Trail(ctx context.Context, q TrailQuery) ([]Entry, error) {
	if _, err := ownerOf(ctx); err != nil {
		return nil, err
	}
	return s.store.Trail(ctx, q)
}

// Changed is what the audit trail keeps of a change: what was and what is now of each
// value that differs.
func Changed(before, after map[string]string) map[string]any {
	out := map[string]any{}
	for key, is := range after {
		if was := before[key]; was != is {
			out[key] = [2]string{was, is}
		}
	}
	return out
}

// told are the settings that a person may change.
func (s Shop) told() map[string]string {
	limit := ""
	if s.ApproveAbove != nil {
		limit = s.ApproveAbove.Decimal(s.Currency)
	}
	return map[string]string{
		"name": s.Name, "province": s.Province, "policy": string(s.Policy), "open": strconv.Itoa(s.OpenHour), "close": strconv.Itoa(s.CloseHour), "market_days": s.MarketDays.String(),
		"show_unit": s.ShowUnit, "tax": strconv.FormatBool(s.PricesIncludeTax), "target": string(s.Target.Kind), "target_percent": strconv.Itoa(s.Target.Percent),
		"ordering_cost": s.Ordering.Decimal(s.Currency), "approve_above": limit,
	}
}
