package db

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"buhuo/internal/fault"
	"buhuo/internal/tenant"
)

// ShopID is the column type of shop_id in every row struct of a shop's table. It
// makes the ORM add "shop_id = ?" with the shop of ctx to each query, update and
// delete, fill it in on create, and refuse a statement without a shop: a
// forgotten scope fails closed.
type ShopID int64

type installationKey struct{}

// Installation marks ctx for work that spans shops by nature: sessions, the
// runner's queue, verify, backup. It lifts the scope, so it stays in *db
// packages and plumbing.
func Installation(ctx context.Context) context.Context {
	return context.WithValue(ctx, installationKey{}, true)
}

func installationWide(ctx context.Context) bool {
	wide, _ := ctx.Value(installationKey{}).(bool)
	return wide
}

// Shop gives the shop of ctx for raw SQL.
func Shop(ctx context.Context) (int64, error) {
	scope, ok := tenant.From(ctx)
	if !ok || scope.Shop == 0 {
		return 0, ErrUnscoped
	}
	return int64(scope.Shop), nil
}

// QueryClauses makes gorm scope SELECTs.
func (ShopID) QueryClauses(f *schema.Field) []clause.Interface { return []clause.Interface{scoped{f}} }

// UpdateClauses makes gorm scope UPDATEs.
func (ShopID) UpdateClauses(f *schema.Field) []clause.Interface { return []clause.Interface{scoped{f}} }

// DeleteClauses makes gorm scope DELETEs.
func (ShopID) DeleteClauses(f *schema.Field) []clause.Interface { return []clause.Interface{scoped{f}} }

// CreateClauses makes gorm fill shop_id on INSERT.
func (ShopID) CreateClauses(f *schema.Field) []clause.Interface { return []clause.Interface{owned{f}} }

// scoped adds the shop's condition.
type scoped struct{ field *schema.Field }

func (scoped) Name() string               { return "" }
func (scoped) Build(clause.Builder)       {}
func (scoped) MergeClause(*clause.Clause) {}
func (s scoped) ModifyStatement(stmt *gorm.Statement) {
	if installationWide(stmt.Context) {
		return
	}
	shop, err := Shop(stmt.Context)
	if err != nil {
		_ = stmt.AddError(fmt.Errorf("%w: %s", err, stmt.Table))
		return
	}
	const done = "buhuo:scoped"
	if _, ok := stmt.Clauses[done]; ok {
		return
	}
	parenthesise(stmt)
	stmt.AddClause(clause.Where{Exprs: []clause.Expression{
		clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: s.field.DBName}, Value: shop},
	}})
	stmt.Clauses[done] = clause.Clause{}
}

// parenthesise keeps an OR among the caller's conditions from escaping the scope.
func parenthesise(stmt *gorm.Statement) {
	c, ok := stmt.Clauses["WHERE"]
	if !ok {
		return
	}
	where, ok := c.Expression.(clause.Where)
	if !ok || len(where.Exprs) == 0 {
		return
	}
	where.Exprs = []clause.Expression{clause.And(where.Exprs...)}
	c.Expression = where
	stmt.Clauses["WHERE"] = c
}

// owned sets the shop of every row to be created.
type owned struct{ field *schema.Field }

func (owned) Name() string               { return "" }
func (owned) Build(clause.Builder)       {}
func (owned) MergeClause(*clause.Clause) {}
func (o owned) ModifyStatement(stmt *gorm.Statement) {
	if installationWide(stmt.Context) {
		return
	}
	shop, err := Shop(stmt.Context)
	if err != nil {
		_ = stmt.AddError(fmt.Errorf("%w: %s", err, stmt.Table))
		return
	}
	set := func(v reflect.Value) {
		if err := o.field.Set(stmt.Context, v, shop); err != nil {
			_ = stmt.AddError(err)
		}
	}
	switch stmt.ReflectValue.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range stmt.ReflectValue.Len() {
			set(reflect.Indirect(stmt.ReflectValue.Index(i)))
		}
	case reflect.Struct:
		set(stmt.ReflectValue)
	default:
		_ = stmt.AddError(fmt.Errorf("%w: rows of %s must be structs", ErrUnscoped, stmt.Table))
	}
}

// registerGuards refuses raw SQL that does not name shop_id, unless ctx is
// installation-wide, and raw SQL without a shop in ctx.
func registerGuards(orm *gorm.DB) error {
	guard := func(tx *gorm.DB) {
		raw := tx.Statement.SQL.String()
		if raw == "" || installationWide(tx.Statement.Context) {
			return
		}
		if _, err := Shop(tx.Statement.Context); err != nil {
			_ = tx.AddError(err)
			return
		}
		if !strings.Contains(raw, "shop_id") {
			_ = tx.AddError(fmt.Errorf("%w: %.80s", ErrUnscoped, raw))
		}
	}
	callbacks := orm.Callback()
	for _, register := range []error{
		callbacks.Raw().Before("gorm:raw").Register("buhuo:guard", guard),
		callbacks.Row().Before("gorm:row").Register("buhuo:guard", guard),
		callbacks.Query().Before("gorm:query").Register("buhuo:guard", guard),
	} {
		if register != nil {
			return fmt.Errorf("register the tenant guard: %w", register)
		}
	}
	return nil
}

// Missing is the fault for a row of another shop or of none: 404 in either case,
// so that nobody learns what exists elsewhere.
func Missing(key string) error { return fault.New(fault.NotFound, key) }
