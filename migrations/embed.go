// Package migrations holds the schema: numbered SQL files, one set for both
// engines. The files are Go text templates; internal/db renders them with the
// words of the dialect (types, append-only triggers) before goose runs them.
// They are forward-only: a released file is never edited.
package migrations

import "embed"

// Files holds every NNNNN_name.sql of this folder, unrendered.
//
//go:embed *.sql
var Files embed.FS
