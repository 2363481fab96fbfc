// Package upkeep keeps an installation sound: backup and restore, the proof of
// every invariant, and the doctor who looks at the machine.
package upkeep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/db"
)

// ErrUnderUse is a database that a running program holds.
var ErrUnderUse = errors.New("the database is in use; stop the server first")

// ErrWrong is a copy whose books do not agree.
var ErrWrong = errors.New("the books do not agree")

// Unproven ends the name of a copy whose books do not agree.
const Unproven = ".unproven"

// Backup writes a consistent copy of the database to path while it is in use. The
// copy gets its name, and replaces an older one, only when the file is sound and
// every invariant of its books holds; otherwise it stays as path.unproven beside
// the older one, and the error says what is wrong. It refuses to overwrite the
// database itself.
func Backup(ctx context.Context, d *db.DB, path string) error {
	if info, err := os.Stat(path); err == nil {
		own, err := os.Stat(d.Path)
		if err == nil && os.SameFile(info, own) {
			return errors.New("that is the database itself; name another file")
		}
		if info.IsDir() {
			return fmt.Errorf("%s is a folder; name a file", path)
		}
	}
	if folder := filepath.Dir(path); !isFolder(folder) {
		return fmt.Errorf("there is no folder %s", folder)
	}
	if err := d.BackupTo(ctx, path+Unproven); err != nil {
		return err
	}
	if err := prove(ctx, path+Unproven); err != nil {
		return fmt.Errorf("%w; the copy is kept as %s", err, path+Unproven)
	}
	return db.Rename(path+Unproven, path)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// prove reads a copy's books from the first line to the last. Those of another
// version than the program's can only be proven by that version.
func prove(ctx context.Context, file string) (err error) {
	d, err := db.OpenCopy(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	switch s, err := d.State(ctx); {
	case err != nil:
		return err
	case s.Current != s.Newest:
		return nil
	}
	report, err := app.Wire(d, time.Now).Verify(ctx)
	if err != nil {
		return err
	}
	if n := len(report.Wrong); n > 0 {
		return fmt.Errorf("%w: %s (buhuo verify names all %d)", ErrWrong, report.Wrong[0], n)
	}
	return nil
}

// Restore puts the backup at file in the place of the database in folder. The
// backup is checked first; the database that was there is kept beside it, and
// its path is returned ("" when there was none). Nothing is touched when the
// backup is not sound or the database is in use.
func Restore(ctx context.Context, file, folder string) (kept string, err error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no file %s", file)
	}
	if err := db.CheckFile(ctx, file); err != nil {
		return "", fmt.Errorf("the backup cannot be used: %w", err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	target := filepath.Join(folder, db.FileName)
	fresh, err := copyBeside(file, target)
	if err != nil {
		return "", err
	}
	defer os.Remove(fresh) //nolint:errcheck // gone after the rename
	if _, err := os.Stat(target); err == nil {
		if kept, err = setAside(ctx, target); err != nil {
			return "", err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err := os.Rename(fresh, target); err != nil {
		return kept, fmt.Errorf("put the backup in place: %w", err)
	}
	return kept, nil
}

// copyBeside copies file next to target, flushed, with the database's mode.
func copyBeside(file, target string) (string, error) {
	in, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer in.Close() //nolint:errcheck // read only
	out, err := os.CreateTemp(filepath.Dir(target), ".restore-*")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return "", errors.Join(err, os.Remove(out.Name()))
	}
	return out.Name(), nil
}

// setAside moves a database out of the way, with its log folded in.
func setAside(ctx context.Context, target string) (string, error) {
	if err := db.Quiesce(ctx, target); err != nil {
		return "", errors.Join(ErrUnderUse, err)
	}
	for n := 1; ; n++ {
		kept := fmt.Sprintf("%s.replaced-%d", target, n)
		if _, err := os.Lstat(kept); errors.Is(err, fs.ErrNotExist) {
			return kept, os.Rename(target, kept)
		}
	}
}
