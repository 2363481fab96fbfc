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
		seq, head, err := s.store.AuditHead(ctx)
		if err != nil {
			return err
		}
		e := Entry{Shop: scope.Shop, Seq: seq + 1, At: day.At(s.now()), Person: scope.Person, Request: tenant.RequestID(ctx), Action: action, Subject: subject, Detail: string(text)}
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

// VerifyAudit reads the whole trail of the scope's shop and names each line that
// is missing or was changed.
func (s *Service) VerifyAudit(ctx context.Context) ([]string, error) {
	const page = 5000
	var wrong []string
	var last int64
	previous := make([]byte, sha256.Size)
	for {
		entries, err := s.store.AuditAfter(ctx, last, page)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.Seq != last+1 {
				wrong = append(wrong, fmt.Sprintf("audit line %d is missing", last+1))
			}
			if !bytes.Equal(e.Hash, e.chain(previous)) {
				wrong = append(wrong, fmt.Sprintf("audit line %d was changed", e.Seq))
			}
			last, previous = e.Seq, e.Hash
		}
		if len(entries) < page {
			break
		}
	}
	seq, head, err := s.store.AuditHead(ctx)
	if err != nil {
		return nil, err
	}
	if seq != last || !bytes.Equal(head, previous) {
		wrong = append(wrong, fmt.Sprintf("the audit trail ends at line %d, its counter says %d", last, seq))
	}
	return wrong, nil
}
