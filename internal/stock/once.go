package stock

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
)

// once carries out a client's request in one transaction and remembers its id:
// the same request again changes nothing, another request under the same id is
// a Conflict. A nil client id is a request that cannot be repeated.
func (s *Service) once(ctx context.Context, clientID ident.ID, kind string, request any, fn func(ctx context.Context) (result any, err error)) error {
	body, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("fingerprint a %s: %w", kind, err)
	}
	hash := Hash(sha256.Sum256(append([]byte(kind+"\n"), body...)))
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if clientID.IsNil() {
			_, err := fn(ctx)
			return err
		}
		earlier, found, err := s.store.Posting(ctx, clientID)
		if err != nil {
			return err
		}
		if found {
			if earlier.Hash != hash {
				return fault.New(fault.Conflict, "stock.client_id_reused")
			}
			return nil
		}
		result, err := fn(ctx)
		if err != nil {
			return err
		}
		text, err := json.Marshal(result)
		if err != nil {
			return fmt.Errorf("keep the result of a %s: %w", kind, err)
		}
		return s.store.SavePosting(ctx, Posted{
			ClientID: clientID, Hash: hash, Kind: kind, Result: string(text), RecordedAt: day.At(s.now()),
		})
	})
}
