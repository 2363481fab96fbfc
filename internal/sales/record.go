package sales

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"strings"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// RequestLine is one product as it is asked for at the till.
type RequestLine struct {
	ProductID   ident.ID // or
	ProductCode string
	Quantity    int64        // thousandths of Unit, positive
	Unit        string       // code; empty: the base unit
	Price       *money.Price // per base unit; nil: the product's price
	Promo       bool
}

// Request is a sale or a return that a device reports. The same ClientID again
// changes nothing.
type Request struct {
	ClientID ident.ID
	Kind     Kind // empty: a sale
	Lines    []RequestLine
	Channel  string // code; empty: the counter
	Province string // GB/T 2260; empty: unknown
	BuyerID  string // the channel's name for the buyer; only its HMAC is kept
	At       *day.Micros
	// Household is who takes the goods on credit, or brings back what was taken so;
	// empty: paid at once.
	Household string
}

// Bounds of a request.
const (
	MaxLines   = 200
	maxBuyerID = 200
)

// sourceSale marks the movements of sales in the ledger.
const sourceSale = "sale"

// Record keeps a sale or a return, moves the stock of products whose stock is
// known, and tells what a person should look at. again reports that the client's
// id was recorded before with the same content, which changes nothing; with other
// content it is a Conflict. A product that this shop does not have is NotFound by
// id and Invalid by code; other unacceptable values are Invalid.
func (s *Service) Record(ctx context.Context, r Request) (sale Sale, again bool, warnings []stock.Warning, err error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Sale{}, false, nil, err
	}
	if r, err = r.clean(); err != nil {
		return Sale{}, false, nil, err
	}
	hash := r.hash()
	lines, err := s.price(ctx, scope, r.Lines)
	if err != nil {
		// a product may have gone since: what was recorded then is still the answer
		if sale, again, found := s.recorded(ctx, r.ClientID, hash); found != nil || again {
			return sale, again, nil, found
		}
		return Sale{}, false, nil, err
	}
	customer, err := s.customerKey(ctx, r)
	if err != nil {
		return Sale{}, false, nil, err
	}
	now, today := s.clock(scope)
	made := Sale{
		ID: r.ClientID, Kind: r.Kind, Channel: r.Channel, BusinessDay: today, OccurredAt: now, RecordedAt: now,
		Lines: lines, Province: r.Province, CustomerKey: customer, PersonID: scope.Person,
	}
	if r.At != nil && *r.At < now {
		made.OccurredAt, made.BusinessDay = *r.At, day.Of(r.At.Time(), zoneOf(scope))
		if made.BusinessDay < FirstDay {
			return Sale{}, false, nil, fault.New(fault.Invalid, "sales.day_too_early").WithField("at")
		}
	}
	if made.Total, err = total(lines); err != nil {
		return Sale{}, false, nil, err
	}
	if channel, err := s.store.Channel(ctx, made.Channel); err == nil { // read here, not while others wait to write
		made.ChannelID = channel.ID
	}
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		if sale, again, err = s.recorded(ctx, r.ClientID, hash); err != nil || again {
			return err
		}
		sale = made
		if warnings, err = s.keep(ctx, scope, &sale, hash); err != nil || r.Household == "" || s.credit == nil {
			return err
		}
		return s.credit.Bought(ctx, sale, r.Household)
	})
	if err == nil && !again {
		s.sold.Add(1)
	}
	if err != nil {
		return Sale{}, false, nil, err
	}
	return sale, again, warnings, nil
}

// recorded finds the sale of a client's id and compares what it was made of.
func (s *Service) recorded(ctx context.Context, id ident.ID, hash []byte) (Sale, bool, error) {
	row, err := s.store.Sale(ctx, id)
	if errors.Is(err, ErrMissing) {
		return Sale{}, false, nil
	}
	if err != nil {
		return Sale{}, false, err
	}
	if !hmac.Equal(row.RequestHash, hash) {
		return Sale{}, false, fault.New(fault.Conflict, "sales.client_id_used").WithField("client_id")
	}
	sale, err := s.Sale(ctx, id)
	return sale, true, err
}

// keep writes a sale in the transaction of ctx.
func (s *Service) keep(ctx context.Context, scope tenant.Scope, sale *Sale, hash []byte) ([]stock.Warning, error) {
	if sale.ChannelID == (ident.ID{}) {
		channel, err := s.EnsureChannel(ctx, sale.Channel, "", sale.Channel != CounterCode)
		if err != nil {
			return nil, err
		}
		sale.ChannelID = channel.ID
	}
	ids := productsOf(sale.Lines)
	balances, err := s.ledger.Balances(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range sale.Lines {
		l := &sale.Lines[i]
		l.History = !known(balances[l.ProductID], sale.BusinessDay)
	}
	row, lines := sale.records(scope, hash)
	if err := s.store.Insert(ctx, []SaleRecord{row}, lines); err != nil {
		return nil, err
	}
	var warnings []stock.Warning
	if postings := sale.postings(); len(postings) > 0 {
		if _, warnings, err = s.ledger.Post(ctx, postings); err != nil {
			return nil, err
		}
	}
	return warnings, s.ledger.MarkChanged(ctx, ids, sale.BusinessDay)
}

// known reports whether a sale of that day moves stock: from the first count or
// delivery on.
func known(b stock.Balance, d day.Date) bool { return b.KnownFrom != nil && d >= *b.KnownFrom }

func productsOf(lines []Line) []ident.ID {
	seen := make(map[ident.ID]bool, len(lines))
	var ids []ident.ID
	for _, l := range lines {
		if !seen[l.ProductID] {
			seen[l.ProductID] = true
			ids = append(ids, l.ProductID)
		}
	}
	return ids
}

func total(lines []Line) (money.Amount, error) {
	amounts := make([]money.Amount, len(lines))
	for i, l := range lines {
		amounts[i] = l.Amount
	}
	return money.Sum(amounts)
}

// records gives the rows of a sale.
func (sale Sale) records(scope tenant.Scope, hash []byte) (SaleRecord, []LineRecord) {
	sign := sale.Kind.sign()
	minute := -1
	if !sale.DayOnly {
		at := sale.OccurredAt.Time().In(zoneOf(scope))
		minute = at.Hour()*60 + at.Minute()
	}
	lines := make([]LineRecord, len(sale.Lines))
	for i, l := range sale.Lines {
		lines[i] = LineRecord{
			ProductID: l.ProductID, BusinessDay: sale.BusinessDay, SaleID: sale.ID, Line: i + 1, Minute: minute,
			Quantity: measure.Quantity(sign) * l.Quantity, Unit: l.Unit, Price: l.Price, Amount: money.Amount(sign) * l.Amount,
			Promo: l.Promo, History: l.History, Void: sale.VoidedAt != nil,
		}
	}
	return SaleRecord{
		ID: sale.ID, RequestHash: hash, ChannelID: sale.ChannelID, Kind: sale.Kind, BusinessDay: sale.BusinessDay,
		OccurredAt: sale.OccurredAt, RecordedAt: sale.RecordedAt, Total: money.Amount(sign) * sale.Total, Lines: len(lines),
		Province: sale.Province, CustomerKey: sale.CustomerKey, VoidedAt: sale.VoidedAt, PersonID: sale.PersonID,
	}, lines
}

// postings gives what the ledger must move.
func (sale Sale) postings() []stock.Posting {
	kind, sign := stock.Sale, measure.Quantity(-1)
	if sale.Kind == KindReturn {
		kind, sign = stock.CustomerReturn, 1
	}
	var out []stock.Posting
	for i, l := range sale.Lines {
		if l.History {
			continue
		}
		out = append(out, stock.Posting{
			Kind: kind, ProductID: l.ProductID, Quantity: sign * l.Quantity, OccurredAt: sale.OccurredAt,
			BusinessDay: sale.BusinessDay, Source: sourceSale, SourceID: sale.ID, SourceLine: i + 1,
		})
	}
	return out
}

// price finds the products and turns what was asked for into exact lines.
func (s *Service) price(ctx context.Context, scope tenant.Scope, asked []RequestLine) ([]Line, error) {
	var problems fault.Fields
	lines := make([]Line, len(asked))
	for i, a := range asked {
		p, err := s.product(ctx, a)
		if err == nil {
			lines[i], err = priceLine(p, a, scope.Currency)
		}
		if err == nil {
			continue
		}
		e, ok := fault.As(err)
		if !ok || e.Kind != fault.Invalid {
			return nil, err
		}
		problems.Add(e.WithField(rowField(e.Field, i)))
	}
	return lines, problems.Err()
}

func (s *Service) product(ctx context.Context, a RequestLine) (catalog.Product, error) {
	if !a.ProductID.IsNil() { // a telephone may not have heard yet that it was merged
		p, err := s.catalog.Product(ctx, a.ProductID)
		if err != nil {
			return p, err
		}
		return s.catalog.Present(ctx, p)
	}
	p, err := s.catalog.ByCode(ctx, a.ProductCode)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		p, err = s.catalog.Find(ctx, a.ProductCode)
	}
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return p, fault.New(fault.Invalid, "sales.product_unknown", fault.A("code", a.ProductCode)).WithField("product_code")
	}
	if e, ok := fault.As(err); ok {
		return p, e.WithField("product_code")
	}
	return p, err
}

func priceLine(p catalog.Product, a RequestLine, c money.Currency) (Line, error) {
	if a.Unit == "" {
		a.Unit = p.BaseUnit
	}
	q, err := p.ToBase(a.Quantity, a.Unit)
	if err != nil {
		e, ok := fault.As(err)
		if ok && e.Field == "" {
			return Line{}, e.WithField("quantity")
		}
		return Line{}, err
	}
	price := p.SalePrice
	if a.Price != nil {
		price = *a.Price
	}
	amount, err := money.Line(q, price, c)
	if err != nil {
		if e, ok := fault.As(err); ok {
			return Line{}, e.WithField("quantity")
		}
		return Line{}, err
	}
	return Line{ProductID: p.ID, Quantity: q, Unit: a.Unit, Price: price, Amount: amount, Promo: a.Promo}, nil
}

// rowField names a field of one line the way forms do.
func rowField(name string, i int) string {
	if name == "" {
		return ""
	}
	return name + "[" + strconv.Itoa(i) + "]"
}

// clean checks what can be checked without asking anybody.
func (r Request) clean() (Request, error) {
	var problems fault.Fields
	if r.ClientID.IsNil() {
		problems.Add(fault.New(fault.Invalid, "sales.client_id_missing").WithField("client_id"))
	}
	if r.Kind == "" {
		r.Kind = KindSale
	}
	if r.Kind != KindSale && r.Kind != KindReturn {
		problems.Add(fault.New(fault.Invalid, "sales.kind_unknown").WithField("kind"))
	}
	switch {
	case len(r.Lines) == 0:
		problems.Add(fault.New(fault.Invalid, "sales.no_lines").WithField("product_code"))
	case len(r.Lines) > MaxLines:
		problems.Add(fault.New(fault.Invalid, "sales.too_many_lines", fault.A("n", MaxLines)).WithField("product_code"))
	}
	var err error
	if r.Channel, err = cleanChannel(r.Channel); err != nil {
		e, _ := fault.As(err)
		problems.Add(e)
	}
	r.Province = strings.TrimSpace(measure.Fold(r.Province))
	if !ValidProvince(r.Province) {
		problems.Add(fault.New(fault.Invalid, "sales.province_unknown").WithField("province"))
	}
	if len(r.BuyerID) > maxBuyerID {
		problems.Add(fault.New(fault.Invalid, "sales.buyer_too_long").WithField("buyer_id"))
	}
	for i, l := range r.Lines {
		if l.ProductID.IsNil() && strings.TrimSpace(l.ProductCode) == "" {
			problems.Add(fault.New(fault.Invalid, "sales.product_missing").WithField(rowField("product_code", i)))
		}
		if e := checkAsked(l); e != nil {
			problems.Add(e.WithField(rowField(e.Field, i)))
		}
	}
	return r, problems.Err()
}

func checkAsked(l RequestLine) *fault.Error {
	switch {
	case l.Quantity <= 0:
		return fault.New(fault.Invalid, "sales.quantity_positive").WithField("quantity")
	case !measure.Quantity(l.Quantity).InBounds():
		return fault.New(fault.Invalid, "value.too_large").WithField("quantity")
	case l.Price != nil && (*l.Price < 0 || *l.Price > money.MaxPrice):
		return fault.New(fault.Invalid, "sales.price_negative").WithField("price")
	}
	return nil
}

// cleanChannel is a channel's code as it is stored: letters and digits of any
// script, '-', '_' and '.', in lower case; nothing is the counter.
func cleanChannel(code string) (string, error) {
	cleaned, err := catalog.CleanText(code, maxChannelCode)
	if err != nil {
		e, ok := fault.As(err)
		if !ok {
			return "", err
		}
		return "", e.WithField("channel")
	}
	if cleaned = strings.ToLower(measure.Fold(cleaned)); cleaned == "" {
		return CounterCode, nil
	}
	return cleaned, nil
}

// provinces are the first two digits of GB/T 2260.
const provinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82"

// ValidProvince reports whether s may be a code of GB/T 2260: a province (2
// digits), a prefecture (4) or a county (6) in one, or nothing.
func ValidProvince(s string) bool {
	switch len(s) {
	case 0:
		return true
	case 2, 4, 6:
		return strings.Trim(s, "0123456789") == "" && slices.Contains(strings.Fields(provinces), s[:2])
	}
	return false
}

// hash is what makes two requests of the same client id the same: all that was
// sent, as it was sent.
func (r Request) hash() []byte {
	h := sha256.New()
	text := func(s string) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	number := func(n int64) { text(strconv.FormatInt(n, 10)) }
	text(string(r.Kind))
	text(r.Channel)
	text(r.Province)
	text(r.BuyerID)
	if r.At != nil {
		number(int64(*r.At))
	} else {
		text("")
	}
	for _, l := range r.Lines {
		text(l.ProductID.String())
		text(l.ProductCode)
		number(l.Quantity)
		text(l.Unit)
		if l.Price != nil {
			number(int64(*l.Price))
		} else {
			text("")
		}
		text(strconv.FormatBool(l.Promo))
	}
	if r.Household != "" { // requests of before the credit book hash as they did
		text("household")
		text(r.Household)
	}
	return h.Sum(nil)
}

// customerKey hides who bought: the same buyer of the same channel has the same
// key in one shop, and nobody without the shop's secret can tell whose it is.
func (s *Service) customerKey(ctx context.Context, r Request) ([]byte, error) {
	if r.BuyerID == "" {
		return nil, nil
	}
	owner, err := s.shops.Get(ctx)
	if err != nil {
		return nil, err
	}
	return CustomerKey(owner.Secret, r.Channel, r.BuyerID), nil
}
