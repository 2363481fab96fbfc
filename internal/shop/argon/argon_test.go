package argon

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"buhuo/internal/fault"
)

var cheap = Parameters{Time: 1, Memory: 64, Threads: 1}

func TestHashes(t *testing.T) {
	h := New(cheap)
	for _, password := range []string{"", "a", "密码🍊", strings.Repeat("x", 1000)} {
		hash, err := h.Hash(t.Context(), password)
		if err != nil {
			t.Fatal(err)
		}
		again, err := h.Hash(t.Context(), password)
		if err != nil || again == hash {
			t.Errorf("no salt: %v", err)
		}
		if ok, outdated, err := h.Verify(t.Context(), password, hash); !ok || outdated || err != nil {
			t.Errorf("%q: %v %v %v", password, ok, outdated, err)
		}
		for _, wrong := range []string{password + "x", password + "\x00", "b"} {
			if ok, _, err := h.Verify(t.Context(), wrong, hash); ok || err != nil {
				t.Errorf("%q for %q: %v %v", wrong, password, ok, err)
			}
		}
	}
}

// Nothing is cut off, as bcrypt would at 72 bytes.
func TestNothingIsTruncated(t *testing.T) {
	h := New(cheap)
	long := strings.Repeat("a", 72)
	hash, err := h.Hash(t.Context(), long+"b")
	if err != nil {
		t.Fatal(err)
	}
	if ok, _, _ := h.Verify(t.Context(), long+"c", hash); ok {
		t.Error("character 73 does not count")
	}
}

func TestOutdated(t *testing.T) {
	weak, err := New(cheap).Hash(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		now      Parameters
		outdated bool
	}{{cheap, false}, {Parameters{2, 64, 1}, true}, {Parameters{1, 128, 1}, true}, {Parameters{1, 32, 1}, false}} {
		if ok, outdated, err := New(c.now).Verify(t.Context(), "x", weak); !ok || outdated != c.outdated || err != nil {
			t.Errorf("%+v: %v %v %v", c.now, ok, outdated, err)
		}
	}
}

func TestDefaultIsTheAdvisedCost(t *testing.T) {
	hash, err := New(Default).Hash(t.Context(), "x")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%s, %v", hash, err)
	}
}

func TestUnreadableHashes(t *testing.T) {
	h := New(cheap)
	for _, hash := range []string{
		"", "x", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA", "$argon2id$v=18$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=64,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=64,t=1,p=0$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=99999999,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=64,t=1,p=1$!$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=64,t=1,p=1$AAAA$AAAA",
	} {
		if ok, _, err := h.Verify(t.Context(), "x", hash); ok || err == nil {
			t.Errorf("%q: %v %v", hash, ok, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	hash, err := New(cheap).Hash(f.Context(), "x")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(hash)
	f.Add("$argon2id$v=19$m=-1,t=1,p=300$AAAA$AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		cost, _, key, err := parse(s)
		if err == nil && (cost.Time == 0 || cost.Threads == 0 || cost.Memory > 1<<20 || len(key) < 16) {
			t.Errorf("%q: %+v, key of %d", s, cost, len(key))
		}
	})
}

// A flood is refused at the door, and who waits may leave.
func TestFlood(t *testing.T) {
	h := New(cheap)
	for range atOnce {
		if err := h.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var waiters sync.WaitGroup
	for range waiting - atOnce {
		waiters.Go(func() {
			if err := h.enter(ctx); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
	for len(h.queue) < waiting {
		time.Sleep(time.Millisecond)
	}
	if _, err := h.Hash(t.Context(), "x"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("beyond the queue: %v", err)
	}
	cancel()
	waiters.Wait()
	for range atOnce {
		h.leave()
	}
	if _, err := h.Hash(t.Context(), "x"); err != nil {
		t.Errorf("after the flood: %v", err)
	}
}
