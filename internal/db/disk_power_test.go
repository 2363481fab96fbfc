//go:build unix

package db_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"

	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/stock"
)

// recorder stands between SQLite and the operating system and keeps, for the files of
// one folder, what a disk surely has: what was there before, and what was written before
// the last fsync of the file. The rest may or may not be there after a power cut.
type recorder struct {
	mu     sync.Mutex
	folder string
	files  map[string]*recorded
	open   map[uintptr]*recorded // by SQLite's handle
}

// recorded is one file: what the disk surely has, and what was written since.
type recorded struct {
	sure  []byte
	since []written
}

// written is one write; one without data cuts the file off at its place.
type written struct {
	at   int64
	data []byte
}

func (w written) on(file []byte) []byte {
	if w.data == nil {
		return file[:min(int64(len(file)), w.at)]
	}
	if end := w.at + int64(len(w.data)); int64(len(file)) < end {
		file = append(file, make([]byte, end-int64(len(file)))...)
	}
	copy(file[w.at:], w.data)
	return file
}

// power is the recorder of this process; SQLite has one list of systems for all.
var power recorder

// The system's own functions, and for each kind of file (a database locks, a log does
// not) ours by the address of theirs.
var (
	systemOpen uintptr
	systemFile lib.Tsqlite3_io_methods // all kinds write, cut and sync alike
	ourFiles   = map[uintptr]*lib.Tsqlite3_io_methods{}
	wired      = sync.OnceFunc(wire)
)

// at is what an address of C's memory holds.
func at[T any](address uintptr) *T { return (*T)(*(*unsafe.Pointer)(unsafe.Pointer(&address))) }

// function is the address of a Go function as translated C calls it, call the reverse.
func function[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

func call[F any](address uintptr) F {
	held := struct{ p uintptr }{address}
	return *(*F)(unsafe.Pointer(&held))
}

// wire puts the recorder into SQLite's default system.
func wire() {
	tls := libc.NewTLS()
	defer tls.Close()
	system := at[lib.Tsqlite3_vfs](lib.Xsqlite3_vfs_find(tls, 0))
	systemOpen = system.FxOpen
	system.FxOpen = function(openFile)
}

func openFile(tls *libc.TLS, system, name, file uintptr, flags int32, out uintptr) int32 {
	rc := call[func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32](systemOpen)(tls, system, name, file, flags, out)
	if rc != lib.SQLITE_OK || name == 0 {
		return rc
	}
	path := libc.GoString(name)
	power.mu.Lock()
	defer power.mu.Unlock()
	delete(power.open, file)
	if power.folder == "" || filepath.Dir(path) != power.folder || strings.HasSuffix(path, "-shm") {
		return rc
	}
	known := power.files[path]
	if known == nil {
		was, err := os.ReadFile(path)
		if err != nil {
			return lib.SQLITE_CANTOPEN
		}
		known = &recorded{sure: was}
		power.files[path] = known
	}
	power.open[file] = known
	theirs := *at[uintptr](file)
	ours := ourFiles[theirs]
	if ours == nil {
		ours = new(*at[lib.Tsqlite3_io_methods](theirs))
		if systemFile.FxSync == 0 {
			systemFile = *ours
		}
		ours.FxWrite, ours.FxTruncate, ours.FxSync = function(writeFile), function(cutFile), function(syncFile)
		ourFiles[theirs] = ours
	}
	*at[uintptr](file) = uintptr(unsafe.Pointer(ours))
	return rc
}

func writeFile(tls *libc.TLS, file, data uintptr, n int32, offset int64) int32 {
	rc := call[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](systemFile.FxWrite)(tls, file, data, n, offset)
	if rc == lib.SQLITE_OK && n > 0 {
		power.note(file, written{offset, bytes.Clone(unsafe.Slice(at[byte](data), n))})
	}
	return rc
}

func cutFile(tls *libc.TLS, file uintptr, size int64) int32 {
	rc := call[func(*libc.TLS, uintptr, int64) int32](systemFile.FxTruncate)(tls, file, size)
	if rc == lib.SQLITE_OK {
		power.note(file, written{at: size})
	}
	return rc
}

func syncFile(tls *libc.TLS, file uintptr, flags int32) int32 {
	rc := call[func(*libc.TLS, uintptr, int32) int32](systemFile.FxSync)(tls, file, flags)
	power.mu.Lock()
	defer power.mu.Unlock()
	if f := power.open[file]; f != nil && rc == lib.SQLITE_OK {
		for _, w := range f.since {
			f.sure = w.on(f.sure)
		}
		f.since = nil
	}
	return rc
}

func (r *recorder) note(file uintptr, w written) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.open[file]; f != nil {
		f.since = append(f.since, w)
	}
}

// watch records the folder from now on; nothing in it may be open.
func (r *recorder) watch(t *testing.T, folder string) {
	wired()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.folder, r.files, r.open = folder, map[string]*recorded{}, map[uintptr]*recorded{}
	t.Cleanup(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.folder = ""
	})
}

// cut writes into an empty folder what a disk may have after a power cut now: of what
// no fsync has confirmed the writes that survives keeps.
func (r *recorder) cut(t *testing.T, folder string, survives func() bool) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for path, f := range r.files {
		left := slices.Clone(f.sure)
		for _, w := range f.since {
			if survives() {
				left = w.on(left)
			}
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(path)), left, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// afterCut opens what a power cut left.
func afterCut(t *testing.T, name string, survives func() bool) (*db.DB, till) {
	t.Helper()
	folder := t.TempDir()
	power.cut(t, folder, survives)
	d, err := db.OpenFile(context.Background(), filepath.Join(folder, name))
	if err != nil {
		t.Fatalf("the file does not open after a power cut: %v", err)
	}
	return d, newTill(t, d)
}

// recordedTill is a shop whose disk is recorded from before its first sale.
func recordedTill(t *testing.T) (*db.DB, till) {
	t.Helper()
	if testing.Short() {
		t.Skip("cuts the power again and again")
	}
	d := dbtest.SQLite(t)
	path := d.Path
	newTill(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	power.watch(t, filepath.Dir(path))
	d, err := db.OpenFile(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d, newTill(t, d)
}

// An answered sale survives a power cut at the moment of its answer, whatever the disk
// kept of what no fsync had confirmed: nothing, all, or any part of it. The books are
// whole each time.
func TestAPowerCutTakesNoAnsweredSale(t *testing.T) {
	d, s := recordedTill(t)
	dice := rand.New(rand.NewPCG(1, 2))
	var answered []ident.ID
	for i := range 6 {
		id := ident.New()
		s.sell(id).Want(http.StatusSeeOther)
		answered = append(answered, id)
		survives := []func() bool{func() bool { return false }, func() bool { return true }, func() bool { return dice.IntN(2) == 0 }}[i%3]
		left, after := afterCut(t, filepath.Base(d.Path), survives)
		for n, id := range answered {
			if kept := after.sold(t, id); kept != 1 {
				t.Errorf("after %d sales, sale %d is there %d times", i+1, n+1, kept)
			}
		}
		after.proved(t)
		if err := left.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever else is answered survives as well: a supplier, each step of an order and its
// delivery, a loss.
func TestAPowerCutTakesNoAnsweredWork(t *testing.T) {
	d, s := recordedTill(t)
	dice := rand.New(rand.NewPCG(3, 4))
	shelf, err := s.app.Catalog.All(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	goods, other := shelf[0], shelf[1]
	var supplier catalog.Supplier
	var order purchase.Order
	found := func(s till) purchase.State {
		o, err := s.app.Purchase.Order(s.ctx, order.ID)
		if err != nil {
			t.Error(err)
		}
		return o.State
	}
	lies := func(s till, id ident.ID) measure.Quantity {
		b, err := s.app.Stock.Balances(s.ctx, []ident.ID{id})
		if err != nil {
			t.Error(err)
		}
		return b[id].OnHand
	}
	before, beside := lies(s, goods.ID), lies(s, other.ID)
	for i, work := range []struct {
		name string
		do   func() error
		kept func(till) bool
	}{
		{"a supplier", func() (err error) {
			supplier, err = s.app.Catalog.CreateSupplier(s.ctx, catalog.Supplier{ID: ident.New(), Name: "老周", Kind: catalog.Farmer, Language: "en"})
			return err
		}, func(s till) bool {
			_, err := s.app.Catalog.Supplier(s.ctx, supplier.ID)
			return err == nil
		}},
		{"a draft", func() error {
			made, err := s.app.Purchase.Draft(s.ctx, []purchase.DraftOrder{{SupplierID: supplier.ID, Lines: []purchase.DraftLine{{ProductID: goods.ID, Quantity: 5 * measure.Thousandths, Price: 10_000}}}})
			if err == nil {
				order = made[0]
			}
			return err
		}, func(s till) bool { return found(s) == purchase.Draft }},
		{"an order", func() error {
			_, err := s.app.Purchase.Send(s.ctx, order.ID, 0)
			return err
		}, func(s till) bool { return found(s) == purchase.Sent }},
		{"a delivery", func() error {
			_, err := s.app.Purchase.Receive(s.ctx, order.ID, purchase.Receipt{ClientID: ident.New()})
			return err
		}, func(s till) bool {
			return found(s) == purchase.Received && lies(s, goods.ID) == before+5*measure.Thousandths
		}},
		{"a loss", func() error {
			_, _, err := s.app.Stock.Post(s.ctx, []stock.Posting{{Kind: stock.Spoilage, ProductID: other.ID, Quantity: -measure.Thousandths, Source: stock.SourceLoss, SourceID: ident.New()}})
			return err
		}, func(s till) bool { return lies(s, other.ID) == beside-measure.Thousandths }},
	} {
		if err := work.do(); err != nil {
			t.Fatalf("%s: %v", work.name, err)
		}
		for k := range 3 {
			survives := []func() bool{func() bool { return false }, func() bool { return true }, func() bool { return dice.IntN(2) == 0 }}[k]
			left, after := afterCut(t, filepath.Base(d.Path), survives)
			if !work.kept(after) {
				t.Errorf("%s (step %d) was answered and is gone after a power cut", work.name, i+1)
			}
			after.proved(t)
			if err := left.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A harness that finds nothing proves nothing: without the fsync of each commit
// (synchronous = NORMAL) answered sales are lost, and it sees that.
func TestAPowerCutIsSeen(t *testing.T) {
	d, s := recordedTill(t)
	if _, err := db.Writers(d).Exec("PRAGMA synchronous = NORMAL"); err != nil {
		t.Fatal(err)
	}
	var answered []ident.ID
	for range 3 {
		id := ident.New()
		s.sell(id).Want(http.StatusSeeOther)
		answered = append(answered, id)
	}
	left, after := afterCut(t, filepath.Base(d.Path), func() bool { return false })
	defer left.Close()
	lost := 0
	for _, id := range answered {
		if after.sold(t, id) == 0 {
			lost++
		}
	}
	if lost == 0 {
		t.Error("no answered sale is lost without fsyncs: the harness does not cut the power")
	}
}
