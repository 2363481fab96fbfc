package shopdb

import (
	"fmt"
	"sync"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// shopRow is a line of shops. Its key is the tenant itself, so it carries no
// scope: the store reads it installation-wide, by key or slug.
type shopRow struct {
	ShopID           int64 `gorm:"primaryKey;autoIncrement"`
	Slug, Name       string
	Timezone         string
	Currency         string
	Province         string
	PricesIncludeTax bool
	Policy           string
	ServiceKind      string
	ServiceValue     int
	OrderingCost     int64
	ApproveAbove     *money.Amount
	OpenHour         int
	CloseHour        int
	MarketDays       string
	ShowUnit         string
	Secret           []byte
	CreatedAt        int64 `gorm:"autoCreateTime:false"`
	Version          int64
}

func (shopRow) TableName() string { return "shops" }

func toShopRow(s shop.Shop) shopRow {
	return shopRow{ShopID: int64(s.ID), Slug: s.Slug, Name: s.Name, Timezone: s.Timezone, Currency: s.Currency.Code, Province: s.Province,
		PricesIncludeTax: s.PricesIncludeTax, Policy: string(s.Policy),
		ServiceKind: string(s.Target.Kind), ServiceValue: s.Target.Percent, OrderingCost: int64(s.Ordering), ApproveAbove: s.ApproveAbove, OpenHour: s.OpenHour, CloseHour: s.CloseHour,
		MarketDays: s.MarketDays.String(), ShowUnit: s.ShowUnit, Secret: s.Secret, CreatedAt: int64(s.CreatedAt), Version: s.Version}
}

func fromShopRow(r shopRow) (shop.Shop, error) {
	zone, err := loadZone(r.Timezone)
	if err != nil {
		return shop.Shop{}, fmt.Errorf("shop %s: %w", r.Slug, err)
	}
	currency, err := money.ParseCurrency(r.Currency)
	if err != nil {
		return shop.Shop{}, fmt.Errorf("shop %s: %w", r.Slug, err)
	}
	market, err := day.ParseMarketDays(r.MarketDays)
	if err != nil {
		return shop.Shop{}, fmt.Errorf("shop %s: %w", r.Slug, err)
	}
	return shop.Shop{ID: tenant.ShopID(r.ShopID), Slug: r.Slug, Name: r.Name, Timezone: r.Timezone, Zone: zone, Currency: currency, Province: r.Province,
		PricesIncludeTax: r.PricesIncludeTax, Policy: shop.Policy(r.Policy),
		Target: shop.Target{Kind: shop.TargetKind(r.ServiceKind), Percent: r.ServiceValue}, Ordering: money.Amount(r.OrderingCost), ApproveAbove: r.ApproveAbove, OpenHour: r.OpenHour, CloseHour: r.CloseHour,
		MarketDays: market, ShowUnit: r.ShowUnit, Secret: r.Secret, CreatedAt: day.Micros(r.CreatedAt), Version: r.Version}, nil
}

// zones keeps what the library would read from its files at each request.
var zones sync.Map

func loadZone(name string) (*time.Location, error) {
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, zone)
	}
	return zone, err
}

type personRow struct {
	ID           ident.ID `gorm:"primaryKey"`
	Login, Name  string
	Phone, Email string
	PasswordHash string
	Language     string
	LargeText    bool
	Disabled     bool
	CreatedAt    int64 `gorm:"autoCreateTime:false"`
	ChangedAt    int64
}

func (personRow) TableName() string { return "persons" }

func toPersonRow(p shop.Person) personRow {
	return personRow{ID: p.ID, Login: p.Login, Name: p.Name, Phone: p.Phone, Email: p.Email, PasswordHash: p.PasswordHash, Language: p.Language,
		LargeText: p.LargeText, Disabled: p.Disabled, CreatedAt: int64(p.CreatedAt), ChangedAt: int64(p.ChangedAt)}
}

func fromPersonRow(r personRow) shop.Person {
	return shop.Person{ID: r.ID, Login: r.Login, Name: r.Name, Phone: r.Phone, Email: r.Email, PasswordHash: r.PasswordHash, Language: r.Language,
		LargeText: r.LargeText, Disabled: r.Disabled, CreatedAt: day.Micros(r.CreatedAt), ChangedAt: day.Micros(r.ChangedAt)}
}

type sessionRow struct {
	TokenHash []byte `gorm:"primaryKey"`
	PersonID  ident.ID
	ShopID    int64
	CreatedAt int64 `gorm:"autoCreateTime:false"`
	SeenAt    int64
	ExpiresAt int64
	Agent     string
}

func (sessionRow) TableName() string { return "sessions" }

func fromSessionRow(r sessionRow) shop.Session {
	return shop.Session{TokenHash: r.TokenHash, Person: r.PersonID, Shop: tenant.ShopID(r.ShopID), CreatedAt: day.Micros(r.CreatedAt),
		SeenAt: day.Micros(r.SeenAt), ExpiresAt: day.Micros(r.ExpiresAt), Agent: r.Agent}
}

type auditRow struct {
	ShopID   db.ShopID `gorm:"primaryKey"`
	Seq      int64     `gorm:"primaryKey;autoIncrement:false"`
	At       int64
	PersonID ident.ID
	Request  string
	Action   string
	Subject  ident.ID
	Detail   string
	Hash     []byte
}

func (auditRow) TableName() string { return "audit" }
