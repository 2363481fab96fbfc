package insight

import (
	"context"
	"errors"
	"math"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// Digest is a week in three lines: what was sold, what surely moved, what empty shelves
// missed. It is made once a week and shop, and told only when something changed.
type Digest struct {
	Week day.Date // its Monday
	Told bool
	Facts
}

// Facts are what the lines say, as they are kept. A product is kept by its name of that
// day: what was told stays.
type Facts struct {
	Now, Then       money.Amount // sales of the week and of the one before
	Times, TimesOld int          // times sold
	Moved           *Mover       // the product that changed most, beyond doubt; nil: none
	Missed          *Miss        // the product that empty shelves missed most of; nil: none
	Lost            money.Amount // what they missed of all
}

// Mover is a product that sold otherwise than the week before.
type Mover struct {
	ID      ident.ID
	Name    string
	Percent int // of change; negative: less
}

// Miss is a product that was missing.
type Miss struct {
	ID   ident.ID
	Name string
}

const (
	// changedPPM is from which change on, in millionths, the sales of a week are news.
	changedPPM = 100_000
	// beyondDoubt is how many times the 95 % interval of a product's change must lie away
	// from no change: of a thousand products that do not change, one passes.
	beyondDoubt = 2
	// digestHour is the hour of Monday from which on the week is told.
	digestHour = 7
)

// News reports whether a week is worth telling after the one kept before (nil: none was):
// its sales changed by a tenth, a product moved beyond doubt, or shelves were empty of
// something else. A shop that sold nothing in both weeks has none.
func (f Facts) News(before *Facts) bool {
	if f.Times == 0 && f.TimesOld == 0 {
		return false
	}
	if before == nil {
		return true
	}
	if share, ok := ppm(f.Now-f.Then, max(f.Then, 1)); ok && (share >= changedPPM || share <= -changedPPM) {
		return true
	}
	if f.Moved != nil && (before.Moved == nil || before.Moved.ID != f.Moved.ID || before.Moved.Percent > 0 != (f.Moved.Percent > 0)) {
		return true
	}
	return f.Missed != nil && (before.Missed == nil || before.Missed.ID != f.Missed.ID)
}

// Reader is somebody who reads the week: a person by mail, or a group by its robot.
type Reader struct {
	Via      purchase.Via
	PersonID ident.ID // zero for a robot
	Address  string   // of mail
	Language string
	Role     tenant.Role // what a person may see; Owner for a robot
}

// Digests keeps readers and weeks for the shop of ctx.
type Digests interface {
	// Reading lists the shops that have readers; it needs no shop.
	Reading(ctx context.Context) ([]tenant.ShopID, error)
	// Readers lists robots, and people who still work in the shop, in their present language.
	Readers(ctx context.Context) ([]Reader, error)
	KeepReader(ctx context.Context, r Reader, since day.Micros) error
	DropReader(ctx context.Context, via purchase.Via, person ident.ID) error
	// Told reads the newest weeks until one, the newest first.
	Told(ctx context.Context, through day.Date, limit int) ([]Digest, error)
	// KeepDigest keeps a week; false when it was kept before.
	KeepDigest(ctx context.Context, d Digest, at day.Micros) (bool, error)
}

// Post takes notices into its queue.
type Post interface {
	Notify(ctx context.Context, notices []purchase.Notice) error
	KeepRobot(ctx context.Context, r purchase.Robot) error
	DropRobot(ctx context.Context, via purchase.Via) error
	Notices(ctx context.Context, limit int) ([]purchase.Mail, error)
	Mailing() bool
	MailSettings(ctx context.Context) (purchase.MailSettings, bool, error)
}

// Words says a week to a reader in his language.
type Words interface {
	Digest(in shop.Shop, r Reader, d Digest) (subject, body string)
	Test(in shop.Shop, r Reader) (subject, body string)
}

// Teller tells weeks.
type Teller struct {
	of     *Service
	store  Digests
	post   Post
	words  Words
	houses purchase.Houses
}

// NewTeller builds it upon the boards.
func NewTeller(s *Service, store Digests, post Post, words Words, houses purchase.Houses) *Teller {
	return &Teller{s, store, post, words, houses}
}

// Run makes the last week of every shop that has readers, once, and queues it for them
// when it has news. Products that wait to be worked out come first.
func (t *Teller) Run(ctx context.Context) error {
	if !t.post.Mailing() {
		return nil
	}
	list, err := t.store.Reading(ctx)
	if err != nil {
		return err
	}
	for _, id := range list {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		in, one := t.houses.ByID(ctx, id)
		if one == nil {
			one = t.week(shop.Acting(ctx, in), in)
		}
		err = errors.Join(err, one) // a shop that goes wrong does not keep the others
	}
	return err
}

// lastWeek is the Monday of the week to tell now.
func (t *Teller) lastWeek(in shop.Shop) day.Date {
	now := t.of.now().In(zoneOf(in))
	today := day.Of(now, zoneOf(in))
	week := today.Monday().Add(-7)
	if today == today.Monday() && now.Hour() < digestHour {
		week = week.Add(-7)
	}
	return week
}

func (t *Teller) week(ctx context.Context, in shop.Shop) error {
	week := t.lastWeek(in)
	kept, err := t.store.Told(ctx, week, 1)
	if err != nil || len(kept) > 0 && kept[0].Week == week {
		return err
	}
	if waiting, err := t.of.stock.Marked(ctx, 1); err != nil || len(waiting) > 0 {
		return err
	}
	d := Digest{Week: week}
	if d.Facts, err = t.of.facts(ctx, week); err != nil {
		return err
	}
	var before *Facts
	if len(kept) > 0 {
		before = &kept[0].Facts
	}
	d.Told = d.News(before)
	readers, err := t.store.Readers(ctx)
	if err != nil {
		return err
	}
	var notices []purchase.Notice
	for _, r := range readers {
		if !d.Told {
			break
		}
		n := purchase.Notice{ID: r.notice(week), Via: r.Via, To: r.Address}
		n.Subject, n.Body = t.words.Digest(in, r, d)
		notices = append(notices, n)
	}
	return t.of.atomic.Do(ctx, func(ctx context.Context) error {
		first, err := t.store.KeepDigest(ctx, d, day.At(t.of.now()))
		if err != nil || !first { // another process was before us
			return err
		}
		return t.post.Notify(ctx, notices)
	})
}

// notice names what a reader is told of a week: the same again is the same.
func (r Reader) notice(week day.Date) ident.ID {
	return ident.Derive(r.PersonID, []byte("digest "+string(r.Via)+" "+week.String()+" "+r.Address))
}

// facts adds a week up beside the one before.
func (s *Service) facts(ctx context.Context, week day.Date) (Facts, error) {
	w, err := s.Wanted(ctx, Query{Span: SpanOf(Week, Week.Of(week), Before, week.Add(6))}, ByMoney)
	if err != nil {
		return Facts{}, err
	}
	f := Facts{Now: w.Now.Amount, Then: w.Then.Amount, Times: w.Now.Lines, TimesOld: w.Then.Lines, Lost: w.Lost}
	var largest money.Amount
	for _, p := range w.Products {
		change := p.Money() - p.Then.Amount - p.LostThenAmount
		if change = max(change, -change); change > largest && p.Trend.surely(beyondDoubt) {
			largest, f.Moved = change, &Mover{p.Product.ID, p.Product.Name, int(math.Round((p.Trend.Ratio - 1) * 100))}
		}
	}
	most := money.Amount(-1)
	for _, p := range w.Products {
		if p.Lost > 0 && p.LostAmount > most {
			most, f.Missed = p.LostAmount, &Miss{p.Product.ID, p.Product.Name}
		}
	}
	return f, nil
}

// Reads is how a person reads the week, and what became of the last ones.
type Reads struct {
	Mailing bool   // the installation can send
	MailSet bool   // the shop has a mail server
	Address string // of the person; empty: does not read it by mail
	Robots  []purchase.Via
	Last    []Digest // the newest first
	Notices []purchase.Mail
}

// Reads reads it for the person of ctx.
func (t *Teller) Reads(ctx context.Context) (Reads, error) {
	out := Reads{Mailing: t.post.Mailing()}
	scope, err := tenant.Must(ctx)
	if err != nil {
		return out, err
	}
	readers, err := t.store.Readers(ctx)
	if err != nil {
		return out, err
	}
	for _, r := range readers {
		switch {
		case r.Via != purchase.ByMail:
			out.Robots = append(out.Robots, r.Via)
		case r.PersonID == scope.Person:
			out.Address = r.Address
		}
	}
	settings, _, err := t.post.MailSettings(ctx)
	if err != nil {
		return out, err
	}
	out.MailSet = settings.Host != ""
	if out.Last, err = t.store.Told(ctx, day.Date(1<<30), 1); err != nil {
		return out, err
	}
	out.Notices, err = t.post.Notices(ctx, 8)
	return out, err
}

// ReadByMail has the person of ctx read the week by mail; no address ends it.
func (t *Teller) ReadByMail(ctx context.Context, address, language string) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	if address != "" && !purchase.IsAddress(address) {
		return fault.New(fault.Invalid, "insight.digest_mail_bad").WithField("email")
	}
	if address != "" && !t.post.Mailing() {
		return fault.New(fault.Conflict, "purchase.mail_off")
	}
	return t.of.atomic.Do(ctx, func(ctx context.Context) error {
		if address == "" {
			return t.store.DropReader(ctx, purchase.ByMail, scope.Person)
		}
		return t.store.KeepReader(ctx, Reader{Via: purchase.ByMail, PersonID: scope.Person, Address: address, Language: language}, day.At(t.of.now()))
	})
}

// ReadByRobots has groups read the week through their robots, in a language: all of them
// or, when one is wrong, none. Fields of faults bear the way: "wecom_address".
func (t *Teller) ReadByRobots(ctx context.Context, list []purchase.Robot, language string) error {
	return t.of.atomic.Do(ctx, func(ctx context.Context) error {
		var wrong fault.Fields
		for _, r := range list {
			err := t.post.KeepRobot(ctx, r)
			var these fault.Fields
			if errors.As(err, &these) {
				for _, one := range these {
					wrong = append(wrong, one.WithField(string(r.Via)+"_"+one.Field))
				}
				continue
			}
			if err != nil {
				return err
			}
			if err := t.store.KeepReader(ctx, Reader{Via: r.Via, Language: language}, day.At(t.of.now())); err != nil {
				return err
			}
		}
		return wrong.Err()
	})
}

// DropRobot ends it and forgets the robot.
func (t *Teller) DropRobot(ctx context.Context, via purchase.Via) error {
	return t.of.atomic.Do(ctx, func(ctx context.Context) error {
		return errors.Join(t.store.DropReader(ctx, via, ident.Nil), t.post.DropRobot(ctx, via))
	})
}

// Try queues a test for one way of the person of ctx; id is the form's.
func (t *Teller) Try(ctx context.Context, id ident.ID, via purchase.Via) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	in, err := t.of.shops.Get(ctx)
	if err != nil {
		return err
	}
	readers, err := t.store.Readers(ctx)
	if err != nil {
		return err
	}
	for _, r := range readers {
		if r.Via != via || via == purchase.ByMail && r.PersonID != scope.Person {
			continue
		}
		n := purchase.Notice{ID: ident.Derive(id, []byte("digest test")), Via: via, To: r.Address}
		n.Subject, n.Body = t.words.Test(in, r)
		return t.post.Notify(ctx, []purchase.Notice{n})
	}
	return fault.New(fault.Conflict, "insight.digest_nobody")
}

// Verify names weeks that are none or that cannot be read.
func (t *Teller) Verify(ctx context.Context) (wrong []string, err error) {
	list, err := t.store.Told(ctx, day.Date(1<<30), 1<<20)
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		if d.Week != d.Week.Monday() || d.Facts.Times < 0 {
			wrong = append(wrong, "the digest of "+d.Week.String()+" is of no week")
		}
	}
	return wrong, nil
}

// DigestEvery is how often the teller looks whether a week is due.
const DigestEvery = 5 * time.Minute
