package sales

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// FirstDay is the earliest day a sale may have: before it nobody kept such files,
// and a date is a slip of the pen.
var FirstDay = day.New(1990, time.January, 1)

// Query asks for a page of sales, the newest first: of one day, or of all when Day
// is day.None. Before is Next of the page before; Limit 0 is 50, at most 500.
type Query struct {
	Day    day.Date
	Before string
	Limit  int
}

// Page is one page of sales; Next is empty on the last one.
type Page struct {
	Sales []Sale
	Next  string
}

// Sale reads one with its lines; NotFound when this shop has none such.
func (s *Service) Sale(ctx context.Context, id ident.ID) (Sale, error) {
	row, err := s.store.Sale(ctx, id)
	if errors.Is(err, ErrMissing) {
		return Sale{}, missing("sales.sale_missing")
	}
	if err != nil {
		return Sale{}, err
	}
	found, err := s.withLines(ctx, []SaleRecord{row})
	if err != nil {
		return Sale{}, err
	}
	return found[0], nil
}

// List reads a page of sales with their lines, voided ones too.
func (s *Service) List(ctx context.Context, q Query) (Page, error) {
	after, err := decodeCursor(q.Before)
	if err != nil {
		return Page{}, err
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	rows, err := s.store.Sales(ctx, StoreQuery{Day: q.Day, After: after, Limit: limit + 1})
	if err != nil {
		return Page{}, err
	}
	var page Page
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		page.Next = Cursor{last.BusinessDay, last.OccurredAt, last.ID}.encode()
	}
	page.Sales, err = s.withLines(ctx, rows)
	return page, err
}

// Totals reads the figures of one day.
func (s *Service) Totals(ctx context.Context, d day.Date) (Totals, error) {
	return s.store.DayTotals(ctx, d)
}

// Popular lists products by how often they were sold of late.
func (s *Service) Popular(ctx context.Context, limit int) ([]ident.ID, error) {
	return s.store.Popular(ctx, limit)
}

// Sold reports whether anything of a product was ever sold, voided or not: its
// base unit is frozen then.
func (s *Service) Sold(ctx context.Context, productID ident.ID) (bool, error) {
	return s.store.Sold(ctx, productID)
}

// SoldAmong tells of which products anything was ever sold, voided or not.
func (s *Service) SoldAmong(ctx context.Context, productIDs []ident.ID) (map[ident.ID]bool, error) {
	return s.store.SoldAmong(ctx, productIDs)
}

func (s *Service) withLines(ctx context.Context, rows []SaleRecord) ([]Sale, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	channels, err := s.store.Channels(ctx)
	if err != nil {
		return nil, err
	}
	codes := make(map[ident.ID]string, len(channels))
	for _, c := range channels {
		codes[c.ID] = c.Code
	}
	ids := make([]ident.ID, len(rows))
	at := make(map[ident.ID]int, len(rows))
	out := make([]Sale, len(rows))
	for i, r := range rows {
		ids[i], at[r.ID] = r.ID, i
		out[i] = r.sale(codes[r.ChannelID])
	}
	lines, err := s.store.Lines(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		sale := &out[at[l.SaleID]]
		sale.Imported = sale.Imported || l.BatchID != nil
		sale.DayOnly = sale.DayOnly || l.Minute < 0
		if l.Void && sale.VoidedAt == nil {
			continue // the part of an imported day that was undone
		}
		sale.Lines = append(sale.Lines, l.line(sale.Kind))
	}
	return out, nil
}

func (r SaleRecord) sale(channel string) Sale {
	return Sale{
		ID: r.ID, Kind: r.Kind, ChannelID: r.ChannelID, Channel: channel, BusinessDay: r.BusinessDay, OccurredAt: r.OccurredAt,
		RecordedAt: r.RecordedAt, Total: money.Amount(r.Kind.sign()) * r.Total, Province: r.Province, CustomerKey: r.CustomerKey,
		VoidedAt: r.VoidedAt, PersonID: r.PersonID,
	}
}

func (l LineRecord) line(k Kind) Line {
	return Line{
		ProductID: l.ProductID, Quantity: measure.Quantity(k.sign()) * l.Quantity, Unit: l.Unit, Price: l.Price,
		Amount: money.Amount(k.sign()) * l.Amount, Promo: l.Promo, History: l.History,
	}
}

func (c Cursor) encode() string {
	b := binary.BigEndian.AppendUint32(nil, uint32(c.BusinessDay))
	b = binary.BigEndian.AppendUint64(b, uint64(c.OccurredAt))
	return base64.RawURLEncoding.EncodeToString(append(b, c.ID[:]...))
}

func decodeCursor(s string) (*Cursor, error) {
	if s == "" {
		return nil, nil
	}
	unreadable := fault.New(fault.Malformed, "value.id_unreadable")
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 28 {
		return nil, unreadable.WithCause(err)
	}
	id, err := ident.FromBytes(b[12:])
	if err != nil {
		return nil, unreadable.WithCause(err)
	}
	return &Cursor{day.Date(int32(binary.BigEndian.Uint32(b))), day.Micros(binary.BigEndian.Uint64(b[4:])), id}, nil
}

// DaySales is what one product did on one day; days without a line are not in the
// list. Hours holds what was sold in each hour of the shop's day, nil when the hour
// of any sale is unknown.
type DaySales struct {
	Day            day.Date
	Sold, Returned measure.Quantity // both positive
	Amount         money.Amount     // net of returns
	Promo          bool
	Hours          *[24]measure.Quantity
}

// Days reads the days of products (nil: of all) since from, by product in the order
// of days, without voided sales.
func (s *Service) Days(ctx context.Context, productIDs []ident.ID, from day.Date) (map[ident.ID][]DaySales, error) {
	return s.DaysThrough(ctx, productIDs, from, lastDay)
}

var lastDay = day.New(2200, time.January, 1)

// DaysThrough is Days until a day, included: what was known after closing on it.
func (s *Service) DaysThrough(ctx context.Context, productIDs []ident.ID, from, through day.Date) (map[ident.ID][]DaySales, error) {
	out := map[ident.ID][]DaySales{}
	if productIDs != nil && len(productIDs) == 0 {
		return out, nil
	}
	var days []DaySales
	var of ident.ID
	flush := func() {
		if len(days) > 0 {
			out[of] = append(out[of], days...)
		}
		days = nil
	}
	err := s.store.EachLine(ctx, productIDs, from, through, func(l DayLine) error {
		if l.ProductID != of {
			flush()
			of = l.ProductID
		}
		if n := len(days); n == 0 || days[n-1].Day != l.Day {
			days = append(days, DaySales{Day: l.Day, Hours: new([24]measure.Quantity)})
		}
		return days[len(days)-1].add(l)
	})
	flush()
	return out, err
}

func (d *DaySales) add(l DayLine) error {
	var err error
	if d.Amount, err = d.Amount.Add(l.Amount); err != nil {
		return err
	}
	d.Promo = d.Promo || l.Promo
	if l.Quantity < 0 {
		d.Returned, err = d.Returned.Add(-l.Quantity)
		return err
	}
	if d.Sold, err = d.Sold.Add(l.Quantity); err != nil {
		return err
	}
	switch {
	case l.Minute < 0:
		d.Hours = nil
	case d.Hours != nil:
		d.Hours[l.Minute/60] += l.Quantity
	}
	return nil
}

// Wish notes something asked for in vain; the same text under the same clientID
// (Nil: none) is noted once. productID names the product when the shop usually has
// it; a product of another shop is NotFound.
func (s *Service) Wish(ctx context.Context, clientID ident.ID, text string, kind WishKind, productID *ident.ID) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	if text, err = catalog.CleanText(text, maxWish); err != nil {
		if e, ok := fault.As(err); ok {
			return e.WithField("text")
		}
		return err
	}
	if text == "" {
		return fault.New(fault.Invalid, "sales.wish_empty").WithField("text")
	}
	if kind != WishAsked && kind != WishSearch {
		return fault.New(fault.Invalid, "sales.kind_unknown").WithField("kind")
	}
	if productID != nil {
		if _, err := s.catalog.Product(ctx, *productID); err != nil {
			return err
		}
	}
	id := ident.New()
	if !clientID.IsNil() {
		id = ident.Derive(clientID, []byte(text))
	}
	now, today := s.clock(scope)
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		return s.store.InsertWish(ctx, Wish{
			ID: id, Text: text, Kind: kind, ProductID: productID, BusinessDay: today, RecordedAt: now, PersonID: scope.Person,
		})
	})
}

const (
	maxWish   = 200
	maxWishes = 1000
)

// Wishes reads those since a day, the newest first, at most 1,000.
func (s *Service) Wishes(ctx context.Context, from day.Date) ([]Wish, error) {
	return s.store.Wishes(ctx, from, maxWishes)
}
