package demo

import (
	"cmp"
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/enquiry"
	"buhuo/internal/ident"
	"buhuo/internal/money"
)

// askedFor is how many goods the demo's enquiry is about, and answerIn how many days its
// suppliers have.
const askedFor, answerIn = 2, 6

// ask leaves the shop with an open enquiry to the suppliers of two of its goods, once: one
// has answered cheaper, from a larger quantity on and a day later; another can deliver
// only the first, dearer but at once; who else is asked has not answered.
func (l *Loader) ask(ctx context.Context) error {
	offers, err := l.contested(ctx)
	if err != nil || len(offers) == 0 {
		return err
	}
	n := enquiry.NewEnquiry{ClientID: ident.Derive(producerSpace, []byte("enquiry")), AnswerBy: l.today(ctx).Add(answerIn), Note: "请报到货价，要当季的。"}
	for _, of := range offers {
		n.Lines = append(n.Lines, enquiry.NewLine{ProductID: of[0].ProductID, Quantity: 60_000})
		for _, o := range of {
			if !slices.Contains(n.Suppliers, o.SupplierID) && len(n.Suppliers) < 3 {
				n.Suppliers = append(n.Suppliers, o.SupplierID)
			}
		}
	}
	e, err := l.Enquiry.Make(ctx, n)
	if err != nil || e.State != enquiry.Open || len(e.Invitations) < 2 || e.Invitations[0].AnsweredAt != nil {
		return err
	}
	later := 4
	cheap, quick := make([]enquiry.Answer, 0, askedFor), make([]enquiry.Answer, 0, askedFor)
	for i, of := range offers {
		unit := e.Lines[i].Unit
		cheap = append(cheap, enquiry.Answer{Line: i + 1, Unit: unit, Price: share(of[0].Price, 93), Minimum: 80_000, LeadDays: &later})
		quick = append(quick, enquiry.Answer{Line: i + 1, Unit: unit, Price: share(of[0].Price, 98)})
	}
	quick[len(quick)-1] = enquiry.Answer{Line: len(quick), Cannot: true}
	for i, said := range [][]enquiry.Answer{cheap, quick} {
		if e, err = l.Enquiry.Answer(ctx, e.Invitations[i].ID, e.Invitations[i].Version, said); err != nil {
			return err
		}
	}
	return nil
}

// share is so many hundredths of a price, in whole cents.
func share(p money.Price, hundredths int64) money.Price {
	return p * money.Price(hundredths) / 10_000 * 100
}

// contested are the offers of the first goods, by code, that the most suppliers sell, the
// cheapest offer first.
func (l *Loader) contested(ctx context.Context) ([][]catalog.Offer, error) {
	all, err := l.Catalog.Offers(ctx, nil)
	if err != nil {
		return nil, err
	}
	var ids []ident.ID
	for id, of := range all {
		if len(of) > 1 {
			ids = append(ids, id)
		}
	}
	goods, err := l.Catalog.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(ids, func(a, b ident.ID) int {
		return cmp.Or(cmp.Compare(len(all[b]), len(all[a])), cmp.Compare(goods[a].Code, goods[b].Code))
	})
	var out [][]catalog.Offer
	for _, id := range ids[:min(askedFor, len(ids))] {
		of := slices.Clone(all[id])
		slices.SortFunc(of, func(a, b catalog.Offer) int {
			return cmp.Or(cmp.Compare(a.Price, b.Price), cmp.Compare(a.SupplierID.String(), b.SupplierID.String()))
		})
		out = append(out, of)
	}
	return out, nil
}
