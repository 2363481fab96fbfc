package shop

import (
	"context"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// Session is one logged-in browser. Its token is never stored, only the hash.
type Session struct {
	TokenHash []byte
	Person    ident.ID
	Shop      tenant.ShopID
	CreatedAt day.Micros
	SeenAt    day.Micros
	ExpiresAt day.Micros
	Agent     string
}

// Visit is what one request needs to know of the session it comes in; of the
// session itself all but the browser's name.
type Visit struct {
	Session              Session
	PersonName, Language string
	LargeText, Disabled  bool
	Role                 tenant.Role
	Slug, ShopName       string
	Zone                 *time.Location
	Currency             money.Currency
}

// Attempts counts failed logins in one bucket (an account, an address, all).
type Attempts struct {
	Failures int
	LastAt   day.Micros
}

// Entry is one line of the audit trail.
type Entry struct {
	Shop    tenant.ShopID
	Seq     int64
	At      day.Micros
	Person  ident.ID
	Request string
	Action  string
	Subject ident.ID
	Detail  string // JSON object
	Hash    []byte
}

// Store keeps the area's rows. Rows that are not there are answered with
// ErrMissing; a login, phone or e-mail in use with ErrTaken; a version that moved
// on with ErrStale. Methods about people, sessions and throttles span shops by
// nature; those of the audit trail use the shop of ctx.
type Store interface {
	InsertShop(ctx context.Context, s Shop) (Shop, error)
	Shops(ctx context.Context) ([]Shop, error)
	ShopBySlug(ctx context.Context, slug string) (Shop, error)
	ShopByID(ctx context.Context, id tenant.ShopID) (Shop, error)
	UpdateShop(ctx context.Context, s Shop, version int64) error

	InsertPerson(ctx context.Context, p Person) error
	// SetPassword replaces the hash old by next, ErrStale when it is not old any more.
	SetPassword(ctx context.Context, person ident.ID, old, next string, changed day.Micros) error
	SetAppearance(ctx context.Context, person ident.ID, language string, largeText bool) error
	SetDisabled(ctx context.Context, person ident.ID, disabled bool, changed day.Micros) error
	PersonByID(ctx context.Context, id ident.ID) (Person, error)
	PersonByLogin(ctx context.Context, login string) (Person, error)
	// PersonNames reads what people are called; ids of nobody are absent.
	PersonNames(ctx context.Context, ids []ident.ID) (map[ident.ID]string, error)
	AnyPerson(ctx context.Context) (bool, error)
	SaveMembership(ctx context.Context, m Membership, since day.Micros) error
	DeleteMembership(ctx context.Context, shop tenant.ShopID, person ident.ID) error
	Memberships(ctx context.Context, person ident.ID) ([]Membership, error)
	// Members lists the people of the scope's shop, by name.
	Members(ctx context.Context) ([]Member, error)

	InsertSession(ctx context.Context, s Session) error
	// Visit reads a session with its person, shop and the person's role there; one
	// whose person has left the shop is ErrMissing.
	Visit(ctx context.Context, hash []byte) (Visit, error)
	TouchSession(ctx context.Context, hash []byte, seen, expires day.Micros) error
	MoveSession(ctx context.Context, hash []byte, shop tenant.ShopID) error
	DeleteSession(ctx context.Context, hash []byte) error
	DeleteSessions(ctx context.Context, person ident.ID) error
	PurgeSessions(ctx context.Context, before day.Micros) error
	SessionsOf(ctx context.Context, person ident.ID) ([]Session, error)

	Attempts(ctx context.Context, buckets [][]byte) ([]Attempts, error)
	// HoldAttempts is Attempts of counters that nobody else counts in before the
	// caller's transaction ends.
	HoldAttempts(ctx context.Context, buckets [][]byte) ([]Attempts, error)
	SaveAttempts(ctx context.Context, bucket []byte, a Attempts) error
	PurgeAttempts(ctx context.Context, before day.Micros) error

	AuditHead(ctx context.Context) (seq int64, hash []byte, err error)
	// NextAudit takes the next number of the trail, which belongs to the caller's
	// transaction until it ends, and gives the hash of the line before.
	NextAudit(ctx context.Context) (seq int64, previous []byte, err error)
	// AppendAudit writes the line whose number NextAudit gave.
	AppendAudit(ctx context.Context, e Entry) error
	AuditAfter(ctx context.Context, seq int64, limit int) ([]Entry, error)
	Trail(ctx context.Context, q TrailQuery) ([]Entry, error)
}
