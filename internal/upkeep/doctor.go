package upkeep

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"buhuo/internal/db"
)

// Finding is one thing the doctor looked at.
type Finding struct {
	Good bool
	Text string
}

// leastFree is the free space below which a shop's next weeks are in danger.
const leastFree = 500 << 20

// Examine looks at the machine and the database at target and changes nothing
// but a probe file, which it removes.
func Examine(ctx context.Context, target string) []Finding {
	var out []Finding
	note := func(good bool, format string, args ...any) {
		out = append(out, Finding{good, fmt.Sprintf(format, args...)})
	}
	if strings.Contains(target, "://") {
		examineDatabase(ctx, target, note)
		return out
	}
	path := filepath.Join(target, db.FileName)
	if _, err := os.Stat(path); err != nil {
		note(false, "there is no database in %s: %v", target, err)
		return out
	}
	examineFolder(target, path, note)
	if err := db.CheckFile(ctx, path); err != nil {
		note(false, "%v", err)
		return out
	}
	note(true, "the database file is sound")
	examineDatabase(ctx, target, note)
	return out
}

func examineFolder(folder, path string, note func(bool, string, ...any)) {
	for _, name := range []string{folder, path} {
		info, err := os.Stat(name)
		if err != nil {
			note(false, "%s: %v", name, err)
			continue
		}
		mode := info.Mode().Perm()
		note(mode&0o077 == 0, "%s has the rights %o%s", name, mode, map[bool]string{false: "; others can read it: chmod go-rwx", true: ""}[mode&0o077 == 0])
	}
	probe, err := os.CreateTemp(folder, ".probe-*")
	if err != nil {
		note(false, "the folder cannot be written: %v", err)
	} else {
		_ = probe.Close()
		_ = os.Remove(probe.Name())
		note(true, "the folder can be written")
	}
	if free, ok := freeBytes(folder); ok {
		note(free >= leastFree, "%d MB are free on the disk", free>>20)
	}
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 512<<20 {
		note(false, "the write-ahead log has %d MB; restart the server to fold it in", info.Size()>>20)
	}
}

func examineDatabase(ctx context.Context, target string, note func(bool, string, ...any)) {
	d, err := db.Open(ctx, target)
	if err != nil {
		note(false, "%v", err)
		return
	}
	defer d.Close() //nolint:errcheck // only looked at
	start := time.Now()
	if err := d.Ping(ctx); err != nil {
		note(false, "the database does not answer: %v", err)
		return
	}
	note(true, "the database answers in %d ms", time.Since(start).Milliseconds())
	state, err := d.State(ctx)
	switch {
	case err != nil:
		note(false, "the schema's version cannot be read: %v", err)
	case state.Current < state.Newest:
		note(false, "the schema is %d, this program's is %d: run buhuo migrate", state.Current, state.Newest)
	case state.Current > state.Newest:
		note(false, "%v", db.ErrNewer)
	default:
		note(true, "the schema is %d, the newest", state.Current)
	}
	if err == nil && state.Current == state.Newest {
		examineWork(ctx, d, note)
	}
	switch unguarded, err := d.Unguarded(ctx); {
	case err != nil:
		note(false, "row security cannot be looked up: %v", err)
	case unguarded != "":
		note(false, "%s", unguarded)
	case d.Dialect == db.Postgres:
		note(true, "the server keeps shops apart by row security")
	}
	if _, err := time.LoadLocation("Asia/Shanghai"); err != nil {
		note(false, "time zones are missing: %v", err)
	}
	if year := time.Now().Year(); year < 2025 || year > 2100 {
		note(false, "the clock says the year %d", year)
	} else {
		note(true, "the clock says %s", time.Now().Format(time.RFC3339))
	}
}
