// Package catalog is what a shop trades in: products with their units and packs,
// the suppliers they come from, and what each supplier asks for them. It holds the
// rules of those three and nothing else: it must not know how much of a product
// there is (stock), what was sold (sales), or how rows and pages look.
package catalog

import (
	"context"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// Atomic makes several writes one durable transaction; a Do inside a Do joins.
type Atomic interface {
	Do(ctx context.Context, fn func(context.Context) error) error
}

// Marker is told which products need a new suggestion. The ledger is one.
type Marker interface {
	MarkChanged(ctx context.Context, ids []ident.ID, from day.Date) error
}

// Usage says whether anything was ever recorded of a product, after which its base
// unit is frozen: the rows written so far are in it.
type Usage interface {
	Frozen(ctx context.Context, id ident.ID) (bool, error)
}

// Journal keeps who changed what, in the transaction of the change.
type Journal interface {
	Record(ctx context.Context, action string, subject ident.ID, detail map[string]any) error
}

// Service applies the rules of the catalog for the shop whose scope travels in ctx.
type Service struct {
	store     Store
	atomic    Atomic
	usualName func(lang string) string
	now       func() time.Time
	marker    Marker
	usage     Usage
	journal   Journal
	mover     Mover
}

// New makes the service. usualName names the usual supplier, which imports create,
// in the reader's language.
func New(store Store, atomic Atomic, usualName func(lang string) string, now func() time.Time) *Service {
	return &Service{store: store, atomic: atomic, usualName: usualName, now: now}
}

// SetMarker sets who hears of changed products. The ledger is built after the
// catalog, so these three are set while the program is wired, before any request.
func (s *Service) SetMarker(m Marker) { s.marker = m }

// SetUsage sets who knows whether a base unit is frozen.
func (s *Service) SetUsage(u Usage) { s.usage = u }

// SetJournal sets who keeps the audit trail.
func (s *Service) SetJournal(j Journal) { s.journal = j }

func (s *Service) micros() day.Micros { return day.At(s.now()) }

// today is the shop's day: zone of the scope, UTC when it names none.
func (s *Service) today(ctx context.Context) day.Date {
	zone := time.UTC
	if scope, ok := tenant.From(ctx); ok && scope.Zone != nil {
		zone = scope.Zone
	}
	return day.Of(s.now(), zone)
}

func (s *Service) mark(ctx context.Context, ids ...ident.ID) error {
	if s.marker == nil || len(ids) == 0 {
		return nil
	}
	return s.marker.MarkChanged(ctx, ids, s.today(ctx))
}

func (s *Service) record(ctx context.Context, action string, subject ident.ID, detail map[string]any) error {
	if s.journal == nil {
		return nil
	}
	return s.journal.Record(ctx, action, subject, detail)
}

// missing is the fault for what is not there or belongs to another shop.
func missing(key string) *fault.Error { return fault.New(fault.NotFound, key) }

// stale is the fault for a change that was made from an old version.
func stale() *fault.Error { return fault.New(fault.Conflict, "catalog.changed_meanwhile") }
