// Package argon hashes passwords with argon2id (RFC 9106) for shop.Hasher.
package argon

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"buhuo/internal/fault"
)

// Parameters is the cost of one hash. Memory is in KiB.
type Parameters struct {
	Time, Memory uint32
	Threads      uint8
}

// Default is OWASP's first recommendation for argon2id.
var Default = Parameters{Time: 2, Memory: 19 * 1024, Threads: 1}

const (
	saltLength = 16
	keyLength  = 32
	atOnce     = 2   // each takes 19 MiB and a core for a moment
	waiting    = 256 // beyond this a caller is told to come back
)

// Hasher implements shop.Hasher; a semaphore bounds the memory under attack.
type Hasher struct {
	cost  Parameters
	slots chan struct{}
	queue chan struct{}
}

// New builds a hasher of the given cost.
func New(cost Parameters) *Hasher {
	return &Hasher{cost: cost, slots: make(chan struct{}, atOnce), queue: make(chan struct{}, waiting)}
}

func (h *Hasher) enter(ctx context.Context) error {
	select {
	case h.queue <- struct{}{}:
	default:
		return fault.New(fault.Unavailable, "shop.busy")
	}
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		<-h.queue
		return ctx.Err()
	}
}

func (h *Hasher) leave() { <-h.slots; <-h.queue }

// Hash makes a hash in the PHC string format.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	salt := make([]byte, saltLength)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	key := argon2.IDKey([]byte(password), salt, h.cost.Time, h.cost.Memory, h.cost.Threads, keyLength)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.Memory, h.cost.Time, h.cost.Threads, b64(salt), b64(key)), nil
}

// Verify compares in constant time; outdated hashes were made at a lower cost.
func (h *Hasher) Verify(ctx context.Context, password, hash string) (ok, outdated bool, err error) {
	cost, salt, key, err := parse(hash)
	if err != nil {
		return false, false, err
	}
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	got := argon2.IDKey([]byte(password), salt, cost.Time, cost.Memory, cost.Threads, uint32(len(key)))
	outdated = cost.Time < h.cost.Time || cost.Memory < h.cost.Memory
	return subtle.ConstantTimeCompare(got, key) == 1, outdated, nil
}

func parse(hash string) (cost Parameters, salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return cost, nil, nil, errors.New("argon: not an argon2id hash")
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return cost, nil, nil, errors.New("argon: unknown version")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.Memory, &cost.Time, &cost.Threads); err != nil || cost.Time == 0 || cost.Threads == 0 || cost.Memory > 1<<20 {
		return cost, nil, nil, errors.New("argon: unreadable parameters")
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return cost, nil, nil, err
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err == nil && len(key) < 16 {
		err = errors.New("argon: short key")
	}
	return cost, salt, key, err
}
