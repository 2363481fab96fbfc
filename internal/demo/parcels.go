package demo

import (
	"context"
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/sales"
)

// The provinces by how many days a parcel takes there from Zhejiang; elsewhere two.
const threeDays, fiveDays = "11 12 13 14 21 37 41 42 43 44 45 51 52 53 61", "15 22 23 46 54 62 63 64 65 71 81 82"

// send notes how the online sales of a month travelled, as far as the past reaches: each
// left within two days, and the far provinces came nearer from one year to the next.
func (l *Loader) send(ctx context.Context, list []sales.Sale, first, through day.Date) error {
	var parcels []sales.Parcel
	for _, s := range list {
		if len(s.Province) < 2 || s.Kind != sales.KindSale {
			continue
		}
		chance := s.ID[len(s.ID)-1]
		took, inland := 2, false
		switch province := s.Province[:2]; {
		case strings.Contains(threeDays, province):
			took = 3
		case strings.Contains(fiveDays, province):
			took, inland = 5, true
		}
		if inland && s.BusinessDay < first.Add(365) {
			took += 2
		}
		left := s.BusinessDay.Add(int(chance % 3))
		p := sales.Parcel{SaleID: s.ID, Promised: new(s.BusinessDay.Add(took + 2))}
		if left <= through {
			p.Dispatched = &left
		}
		if came := left.Add(took + int(chance/8%4) - 1); came <= through && chance >= 6 { // of some nobody noted it
			p.Delivered = &came
		}
		parcels = append(parcels, p)
	}
	return l.DB.Do(ctx, func(ctx context.Context) error { return l.Sales.LoadParcels(ctx, parcels) })
}
