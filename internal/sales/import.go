package sales

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// ImportKind says what a file tells of.
type ImportKind string

// The kinds of files.
const (
	ImportProducts ImportKind = "products"
	ImportSales    ImportKind = "sales"
	ImportStock    ImportKind = "stock"
)

// ImportKinds lists them in the order in which a shop brings them in.
func ImportKinds() []ImportKind { return []ImportKind{ImportProducts, ImportSales, ImportStock} }

// BatchState is where an import stands.
type BatchState string

// The states. A batch left running was interrupted: the same file again goes on.
const (
	BatchRunning BatchState = "running"
	BatchDone    BatchState = "done"
	BatchUndone  BatchState = "undone"
)

// ImportRequest is a file to bring in. Source names the system it comes from,
// empty: recognised by itself. Body may be compressed with gzip.
type ImportRequest struct {
	Kind     ImportKind
	Source   string
	FileName string
	Body     io.Reader
	// Progress, when set, hears after every step how many of how many lines are in.
	Progress func(done, of int)
}

// LineError is a line that was refused, with the sentence that says why.
type LineError struct {
	Line int
	Key  string
	Args []fault.Arg
}

// Fault is the error for the printer of sentences.
func (e LineError) Fault() *fault.Error { return fault.New(fault.Invalid, e.Key, e.Args...) }

// Report says what an import did. Read = New + Same + Refused once it is done.
type Report struct {
	Batch    int64 // the number by which it is undone
	Kind     ImportKind
	Source   string
	FileName string
	State    BatchState
	Read     int
	New      int
	Same     int
	Refused  int
	Errors   []LineError // the first of them
	// Again: this very file was brought in before, so nothing was done.
	Again     bool
	StartedAt day.Micros
	EndedAt   *day.Micros
	PersonID  ident.ID
}

// BatchRecord is a batch as it is stored; Report is JSON of batchReport.
type BatchRecord struct {
	ID                       ident.ID
	Number                   int64
	Kind                     ImportKind
	Source                   string
	FileName                 string
	FileHash                 []byte
	State                    BatchState
	Read, New, Same, Refused int
	Report                   string
	PersonID                 ident.ID
	StartedAt                day.Micros
	EndedAt                  *day.Micros
}

// batchReport is what a batch keeps beside its figures: the first refused lines,
// and what it made and undoing must take back.
type batchReport struct {
	Errors   []reportedError `json:"errors,omitempty"`
	Products []ident.ID      `json:"products,omitempty"`
	Offers   []ident.ID      `json:"offers,omitempty"`
}

type reportedError struct {
	Line int           `json:"line"`
	Key  string        `json:"key"`
	Args []reportedArg `json:"args,omitempty"`
}

type reportedArg struct {
	Name   string `json:"name"`
	Text   string `json:"text,omitempty"`
	Number *int64 `json:"number,omitempty"`
}

// Bounds of a file.
const (
	MaxImportBytes = 256 << 20 // unpacked
	MaxImportRows  = 1_000_000
	importChunk    = 500 // lines of one transaction
	keptErrors     = 200
	maxFileName    = 200
)

// run is one import under way.
type run struct {
	scope    tenant.Scope
	batch    BatchRecord
	report   batchReport
	refused  []LineError
	now      day.Micros
	today    day.Date
	progress func(done, of int)
	handled  int // what the stored progress says
	same     map[productDay]bool
}

// productDay names the sales of a product on a day.
type productDay struct {
	product ident.ID
	day     day.Date
}

// Import brings a file in: the lines that can be taken in short transactions that
// let sales go on meanwhile, the others named in the report with the reason. The
// same file again changes nothing; after a crash it goes on where it stopped. A
// file that cannot be read as what it is said to be is an Invalid fault and leaves
// no trace.
func (s *Service) Import(ctx context.Context, r ImportRequest) (Report, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Report{}, err
	}
	body, err := unpack(r.Body)
	if err != nil {
		return Report{}, err
	}
	source, err := s.source(r.Source, body)
	if err != nil {
		return Report{}, err
	}
	now, today := s.clock(scope)
	x := &run{scope: scope, now: now, today: today, progress: r.Progress, same: map[productDay]bool{}}
	if x.progress == nil {
		x.progress = func(int, int) {}
	}
	hash := sha256.Sum256(body)
	x.batch = BatchRecord{
		ID: ident.New(), Kind: r.Kind, Source: source.Name(), FileName: fileName(r.FileName), FileHash: hash[:],
		State: BatchRunning, PersonID: scope.Person, StartedAt: now,
	}
	switch r.Kind {
	case ImportProducts:
		err = s.importProducts(ctx, x, source, body)
	case ImportSales:
		err = s.importSales(ctx, x, source, body)
	case ImportStock:
		err = s.importStock(ctx, x, source, body)
	default:
		err = fault.New(fault.Invalid, "sales.import_kind_unknown").WithField("kind")
	}
	if errors.Is(err, errAgain) {
		report := x.batch.summary()
		report.Again, report.New, report.Same = true, 0, report.New+report.Same
		return report, nil
	}
	if err != nil {
		return Report{}, err
	}
	return x.batch.summary(), nil
}

var errAgain = errors.New("sales: this file is in already")

// unpack reads the whole file, unzipped if it is gzip.
func unpack(r io.Reader) ([]byte, error) {
	tooLarge := fault.New(fault.TooLarge, "sales.import_too_large", fault.A("n", MaxImportBytes>>20)).WithField("file")
	body, err := io.ReadAll(io.LimitReader(r, MaxImportBytes+1))
	if err != nil {
		return nil, err
	}
	if len(body) > MaxImportBytes {
		return nil, tooLarge
	}
	if !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return body, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(z, MaxImportBytes+1))
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "sales.import_bad_gzip").WithField("file").WithCause(err)
	}
	if len(body) > MaxImportBytes {
		return nil, tooLarge
	}
	return body, nil
}

// source finds the system by its name or by the look of the file.
func (s *Service) source(name string, body []byte) (Source, error) {
	for _, candidate := range s.sources {
		if name == candidate.Name() || name == "" && candidate.Detect(body) {
			return candidate, nil
		}
	}
	if name == "" {
		return nil, fault.New(fault.Invalid, "sales.import_not_a_table").WithField("file")
	}
	return nil, fault.New(fault.Invalid, "sales.import_source_unknown").WithField("source")
}

// SourceNames lists the systems whose files are understood.
func (s *Service) SourceNames() []string {
	names := make([]string, len(s.sources))
	for i, x := range s.sources {
		names[i] = x.Name()
	}
	return names
}

func fileName(s string) string {
	s = path.Base(strings.ReplaceAll(s, "\\", "/"))
	cleaned, err := catalog.CleanText(s, 1<<14)
	if err != nil || cleaned == "" || cleaned == "." || cleaned == "/" {
		return "-"
	}
	for utf8.RuneCountInString(cleaned) > maxFileName {
		_, size := utf8.DecodeRuneInString(cleaned)
		cleaned = cleaned[size:]
	}
	return cleaned
}

// refuse notes a line that cannot be taken.
func (x *run) refuse(line int, err error) error {
	e, ok := fault.As(err)
	if !ok || e.Kind == fault.Internal || e.Kind == fault.Unavailable {
		return err
	}
	x.refused = append(x.refused, LineError{Line: line, Key: e.Key, Args: e.Args})
	return nil
}

// begin opens the batch: a new one, the interrupted one of the same file, or
// errAgain when the file is in completely.
func (s *Service) begin(ctx context.Context, x *run) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		known, err := s.store.BatchByFile(ctx, x.batch.Kind, x.batch.Source, x.batch.FileHash)
		switch {
		case errors.Is(err, ErrMissing):
		case err != nil:
			return err
		case known.State == BatchDone && known.Refused == 0:
			x.batch = known
			return errAgain
		case known.State == BatchRunning:
			x.batch, x.handled = known, known.Read
			x.batch.New, x.batch.Same = 0, 0
			return json.Unmarshal([]byte(known.Report), &x.report)
		}
		x.batch.Report = "{}"
		x.batch, err = s.store.InsertBatch(ctx, x.batch)
		return err
	})
}

// step writes how far the import got, in the transaction of the lines themselves.
// Another process at the same file is a Conflict.
func (s *Service) step(ctx context.Context, x *run, handled int) error {
	b := x.batch
	b.Read = handled
	b.Report = x.report.encode()
	return s.move(ctx, b, BatchRunning, x.handled)
}

func (s *Service) move(ctx context.Context, b BatchRecord, from BatchState, progress int) error {
	ok, err := s.store.UpdateBatch(ctx, b, from, progress)
	if err == nil && !ok {
		err = fault.New(fault.Conflict, "sales.import_running")
	}
	return err
}

// finish closes the batch and notes it in the audit trail.
func (s *Service) finish(ctx context.Context, x *run, read int) error {
	slices.SortStableFunc(x.refused, func(a, b LineError) int { return a.Line - b.Line })
	b := x.batch
	x.report.keep(x.refused)
	ended := day.At(s.now())
	b.State, b.Read, b.Refused, b.EndedAt = BatchDone, read, len(x.refused), &ended
	b.Report = x.report.encode()
	err := s.atomic.Do(ctx, func(ctx context.Context) error {
		if err := s.move(ctx, b, BatchRunning, x.handled); err != nil {
			return err
		}
		return s.record(ctx, "import."+string(b.Kind), b.ID, map[string]any{
			"number": b.Number, "file": b.FileName, "new": b.New, "same": b.Same, "refused": b.Refused,
		})
	})
	x.batch = b
	return err
}

func (r *batchReport) keep(errs []LineError) {
	r.Errors = nil
	for _, e := range errs[:min(len(errs), keptErrors)] {
		kept := reportedError{Line: e.Line, Key: e.Key}
		for _, a := range e.Args {
			kept.Args = append(kept.Args, keptArg(a))
		}
		r.Errors = append(r.Errors, kept)
	}
}

func keptArg(a fault.Arg) reportedArg {
	out := reportedArg{Name: a.Name}
	number := func(n int64) reportedArg {
		out.Number = &n
		return out
	}
	switch v := a.Value.(type) {
	case int:
		return number(int64(v))
	case int64:
		return number(v)
	case string:
		out.Text = v
	default:
		out.Text = fmt.Sprint(v)
	}
	return out
}

func (r batchReport) encode() string {
	b, err := json.Marshal(r)
	if err != nil {
		return "{}" // a list of texts and ids always encodes
	}
	return string(b)
}

// summary is the batch for people.
func (b BatchRecord) summary() Report {
	var kept batchReport
	if err := json.Unmarshal([]byte(b.Report), &kept); err != nil {
		kept = batchReport{}
	}
	r := Report{
		Batch: b.Number, Kind: b.Kind, Source: b.Source, FileName: b.FileName, State: b.State, Read: b.Read, New: b.New,
		Same: b.Same, Refused: b.Refused, StartedAt: b.StartedAt, EndedAt: b.EndedAt, PersonID: b.PersonID,
	}
	for _, e := range kept.Errors {
		line := LineError{Line: e.Line, Key: e.Key}
		for _, a := range e.Args {
			if a.Number != nil {
				line.Args = append(line.Args, fault.A(a.Name, *a.Number))
				continue
			}
			line.Args = append(line.Args, fault.A(a.Name, a.Text))
		}
		r.Errors = append(r.Errors, line)
	}
	return r
}

// Batches lists the imports of the shop, the newest first, at most 200.
func (s *Service) Batches(ctx context.Context) ([]Report, error) {
	rows, err := s.store.Batches(ctx, 200)
	out := make([]Report, len(rows))
	for i, b := range rows {
		out[i] = b.summary()
	}
	return out, err
}

// Batch reads one by its number; NotFound when this shop has none such.
func (s *Service) Batch(ctx context.Context, number int64) (Report, error) {
	b, err := s.store.BatchByNumber(ctx, number)
	if errors.Is(err, ErrMissing) {
		return Report{}, missing("sales.batch_missing")
	}
	return b.summary(), err
}

// checkDay bounds a day of a file: not before FirstDay, not after tomorrow.
func (x *run) checkDay(d day.Date) error {
	switch {
	case d < FirstDay:
		return fault.New(fault.Invalid, "sales.day_too_early")
	case d > x.today+1:
		return fault.New(fault.Invalid, "sales.day_in_future", fault.A("day", d.String()))
	}
	return nil
}

// noon is the instant at which imported sales of a day are filed.
func (x *run) noon(d day.Date, minute int) day.Micros {
	if minute < 0 {
		minute = 12 * 60
	}
	start := d.Start(zoneOf(x.scope))
	at := day.At(start.Add(time.Duration(minute) * time.Minute))
	return min(at, x.now)
}
