package app_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"buhuo/internal/db"
	"buhuo/internal/tenant"
)

// shopTables lists the tables that have rows of a shop.
func shopTables(t *testing.T, d *db.DB) []string {
	t.Helper()
	list := "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'shop_id' WHERE m.type = 'table' ORDER BY m.name"
	if d.Dialect == db.Postgres {
		list = "SELECT table_name FROM information_schema.columns WHERE column_name = 'shop_id' AND table_schema = 'public' ORDER BY table_name"
	}
	var tables []string
	if err := d.From(db.Installation(context.Background())).Raw(list).Scan(&tables).Error; err != nil {
		t.Fatal(err)
	}
	if len(tables) < 30 {
		t.Fatalf("only %d tables with shop_id", len(tables))
	}
	return tables
}

// snapshot hashes every row of a shop, table by table. Sessions are left out: a
// visit may touch them.
func snapshot(t *testing.T, d *db.DB, id tenant.ShopID) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, table := range shopTables(t, d) {
		if table != "sessions" {
			out[table] = hashRows(t, d, "SELECT * FROM "+table+" WHERE shop_id = ?", int64(id))
		}
	}
	out["deals"] = hashRows(t, d, "SELECT * FROM deals WHERE from_shop_id = ? OR to_shop_id = ?", int64(id), int64(id))
	out["joint_invitations"] = hashRows(t, d, "SELECT * FROM joint_invitations WHERE from_shop_id = ? OR to_shop_id = ?", int64(id), int64(id))
	persons := "SELECT * FROM persons WHERE id IN (SELECT person_id FROM memberships WHERE shop_id = ?)"
	out["persons"] = hashRows(t, d, persons, int64(id))
	return out
}

func hashRows(t *testing.T, d *db.DB, query string, args ...any) string {
	t.Helper()
	var rows []map[string]any
	if err := d.From(db.Installation(context.Background())).Raw(query, args...).Scan(&rows).Error; err != nil {
		t.Fatal(err)
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		lines[i] = fmt.Sprint(row)
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return fmt.Sprintf("%d rows %x", len(rows), sum[:8])
}

// unchanged fails the test for every table that is not as it was.
func unchanged(t *testing.T, what string, before, after map[string]string, except ...string) {
	t.Helper()
	for table, was := range before {
		if after[table] != was && !slices.Contains(except, table) {
			t.Errorf("%s changed %s: %s, was %s", what, table, after[table], was)
		}
	}
}
