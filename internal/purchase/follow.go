package purchase

import "context"

// Follower hears of every change of an order, in its transaction and with its shop in
// ctx; an error takes the change back.
type Follower interface {
	OrderChanged(ctx context.Context, o Order) error
}

// SetFollower sets who hears of changes.
func (s *Service) SetFollower(f Follower) { s.follower = f }

// tell tells the follower.
func (s *Service) tell(ctx context.Context, o Order) error {
	if s.follower == nil {
		return nil
	}
	return s.follower.OrderChanged(ctx, o)
}
