package shop

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// Record writes one line of the audit trail of the scope's shop, inside the
// caller's transaction. Lines are gapless and hash-chained per shop.
func (s *Service) Record(ctx context.Context, action string, subject ident.ID, detail map[string]any) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	if detail == nil {
		detail = map[string]any{}
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("audit detail: %w", err)
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		seq, head, err := s.store.NextAudit(ctx)
		if err != nil {
			return err
		}
		e := Entry{
			Shop: scope.Shop, Seq: seq, At: day.At(s.now()), Person: scope.Person, Request: tenant.RequestID(ctx),
			Action: action, Subject: subject, Detail: string(text),
		}
		e.Hash = e.chain(head)
		return s.store.AppendAudit(ctx, e)
	})
}

// chain is the hash of the line behind the line that hashed to previous.
func (e Entry) chain(previous []byte) []byte {
	h := sha256.New()
	h.Write(previous)
	var fixed []byte
	fixed = binary.BigEndian.AppendUint64(fixed, uint64(e.Shop))
	fixed = binary.BigEndian.AppendUint64(fixed, uint64(e.Seq))
	fixed = binary.BigEndian.AppendUint64(fixed, uint64(e.At))
	fixed = append(fixed, e.Person[:]...)
	fixed = append(fixed, e.Subject[:]...)
	for _, text := range []string{e.Request, e.Action, e.Detail} {
		fixed = binary.BigEndian.AppendUint32(fixed, uint32(len(text)))
		fixed = append(fixed, text...)
	}
	h.Write(fixed)
	return h.Sum(nil)
}

// VerifyAudit reads the trail of the scope's shop up to its present end and names
// each line that is missing or was changed. Lines written meanwhile are left out.
func (s *Service) VerifyAudit(ctx context.Context) ([]string, error) {
	const page = 5000
	end, head, err := s.store.AuditHead(ctx)
	if err != nil {
		return nil, err
	}
	t := trail{hash: make([]byte, sha256.Size)}
	for t.last < end {
		entries, err := s.store.AuditAfter(ctx, t.last, page)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.Seq <= end {
				t.follow(e)
			}
		}
		if len(entries) < page {
			break
		}
	}
	t.miss(end + 1)
	if !t.gap && !bytes.Equal(t.hash, head) {
		t.wrong = append(t.wrong, fmt.Sprintf("audit line %d is not the one that was written last", end))
	}
	return t.wrong, nil
}

// trail follows the chain line by line.
type trail struct {
	last  int64
	hash  []byte
	gap   bool // the line before is not known
	wrong []string
}

func (t *trail) follow(e Entry) {
	t.miss(e.Seq)
	if !t.gap && !bytes.Equal(e.Hash, e.chain(t.hash)) {
		t.wrong = append(t.wrong, fmt.Sprintf("audit line %d was changed", e.Seq))
	}
	t.last, t.hash, t.gap = e.Seq, e.Hash, false
}

// miss notes what is not there before line next.
func (t *trail) miss(next int64) {
	switch n := next - t.last - 1; {
	case n == 1:
		t.wrong = append(t.wrong, fmt.Sprintf("audit line %d is missing", t.last+1))
	case n > 1:
		t.wrong = append(t.wrong, fmt.Sprintf("audit lines %d to %d are missing", t.last+1, next-1))
	default:
		return
	}
	t.last, t.gap = next-1, true
}
