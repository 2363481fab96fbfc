package sales

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"buhuo/internal/catalog"
)

// CustomerKey is the pseudonym under which a shop with that secret keeps a
// channel's buyer.
func CustomerKey(secret []byte, channel, buyer string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(channel))
	mac.Write([]byte{0})
	mac.Write([]byte(buyer))
	return mac.Sum(nil)
}

// LoadWishes writes wishes of the past as they are; ids, days and instants are the
// caller's. It is for the demo's past; a wish that exists already is an error.
func (s *Service) LoadWishes(ctx context.Context, past []Wish) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		for _, w := range past {
			text, err := catalog.CleanText(w.Text, maxWish)
			if err != nil {
				return err
			}
			if w.ID.IsNil() || text == "" || w.Kind != WishAsked && w.Kind != WishSearch {
				return fmt.Errorf("%w: wish %v", errHistory, w.ID)
			}
			w.Text = text
			if err := s.store.InsertWish(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}
