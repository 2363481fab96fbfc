package shoptest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"buhuo/internal/fault"
	"buhuo/internal/shop"
)

// wait is the seconds that a throttled attempt is told to wait; 0 when it was looked at.
func wait(t *testing.T, err error) int {
	t.Helper()
	if fault.KindOf(err) != fault.TooMany {
		return 0
	}
	e, _ := fault.As(err)
	seconds := map[string]int{}
	for _, a := range e.Args {
		seconds[a.Name], _ = a.Value.(int)
	}
	if seconds["n"] < 1 || seconds["n"] != seconds["seconds"] {
		t.Errorf("told to wait %v", seconds)
	}
	return seconds["n"]
}

func (v *village) from(address, device, login, password string) error {
	_, _, err := v.Login(context.Background(), shop.Credentials{Login: login, Password: password, Address: address, Device: device})
	return err
}

// guess fails to log in from a fresh address.
func (v *village) guess(t *testing.T, n int, login string) error {
	t.Helper()
	err := v.from(fmt.Sprintf("198.51.%d.%d", 100+n/250, n%250), "", login, "wrong password")
	if err == nil {
		t.Fatal("a wrong password is right")
	}
	return err
}

// testThrottleAccount: an account is slowed wherever the guesses come from, known
// or not, and never locked; all of it is kept over a restart.
func testThrottleAccount(t *testing.T, h House) {
	v := h.village(t)
	for _, login := range []string{"wang", "nobody"} {
		waits, n := []int{}, 0
		for len(waits) < 9 {
			err := v.guess(t, n, login)
			if n++; wait(t, err) > 0 {
				t.Fatalf("attempt %d at %s was not waited for: %v", n, login, err)
			}
			err = v.guess(t, n, login)
			seconds := wait(t, err)
			if n < 5 && seconds > 0 {
				t.Fatalf("attempt %d at %s must wait", n+1, login)
			}
			if seconds == 0 {
				n++
				continue
			}
			waits = append(waits, seconds)
			v.now = v.now.Add(time.Duration(seconds) * time.Second)
		}
		same(t, "pauses at "+login, waits, []int{1, 2, 4, 8, 16, 32, 60, 60, 60})
	}
	if wait(t, v.guess(t, 900, "wang")) > 0 {
		t.Fatal("not even one attempt a minute")
	}
	restarted := h.service(cheap)
	restarted.now = v.now
	if seconds := wait(t, restarted.from("192.0.2.200", "", "wang", secret)); seconds != 60 {
		t.Errorf("after a restart the pause is %d seconds", seconds)
	}
	v.now = v.now.Add(time.Minute)
	v.login(t, "wang") // the right one, as soon as it is looked at
	if wait(t, v.guess(t, 901, "wang")) > 0 || wait(t, v.guess(t, 902, "wang")) > 0 {
		t.Error("the failures before a login are still counted")
	}
	v.now = v.now.Add(-24 * time.Hour) // a clock that was set right
	if wait(t, v.guess(t, 903, "nobody")) > 0 {
		t.Error("what a wrong clock wrote locks an account")
	}
}

// testThrottleAddress: who tries many accounts is slowed, an IPv6 customer by
// their whole network, and time heals it.
func testThrottleAddress(t *testing.T, h House) {
	for _, addresses := range [][2]string{{"192.0.2.1", "192.0.2.1"}, {"2001:db8:1:2::3", "2001:db8:1:2:ffff::9"}, {"::ffff:192.0.2.9", "192.0.2.9"}} {
		v := h.service(cheap)
		if len(must[[]shop.Shop](t)(v.Shops(t.Context()))) == 0 {
			v = h.village(t)
		}
		v.now = Start.Add(48 * time.Hour)
		for i := range 21 {
			if err := v.from(addresses[i%2], "", fmt.Sprintf("%s-%d", addresses[0], i), "wrong password"); wait(t, err) > 0 {
				t.Fatalf("%v: attempt %d must wait", addresses, i+1)
			}
		}
		if wait(t, v.from(addresses[1], "", "somebody else", "wrong password")) == 0 {
			t.Errorf("%v may go on", addresses)
		}
		if wait(t, v.from("192.0.2.77", "", "neighbour "+addresses[0], "wrong password")) > 0 {
			t.Errorf("%v: a neighbour must wait", addresses)
		}
		v.now = v.now.Add(2 * time.Minute)
		if wait(t, v.from(addresses[0], "", "later "+addresses[0], "wrong password")) > 0 {
			t.Errorf("%v: still waiting", addresses)
		}
	}
}

// testThrottleSparesOwner: the owner's own browser logs in while others guess at
// the account without end, even from the owner's address; a word that was never
// given helps nobody.
func testThrottleSparesOwner(t *testing.T, h House) {
	v := h.village(t)
	const home = "192.0.2.1"
	phone := must[string](t)(shop.NewDevice())
	if err := v.from(home, phone, "wang", secret); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		wait(t, v.from(home, "invented", "wang", "wrong password"))
		v.now = v.now.Add(time.Second)
	}
	if wait(t, v.from(home, "", "wang", secret)) == 0 {
		t.Fatal("the account is not under attack")
	}
	if wait(t, v.from(home, "invented", "wang", secret)) == 0 {
		t.Error("an invented word is trusted")
	}
	if err := v.from(home, phone, "wang", secret); err != nil {
		t.Errorf("the owner is kept out: %v", err)
	}
	v.add(t, "li", "seller")
	for range 5 {
		wait(t, v.from(home, phone, "li", "wrong password")) // a trust in wang's account only
	}
	if wait(t, v.from(home, phone, "li", secret)) == 0 {
		t.Error("the word of one account is trusted at another")
	}
	for range 5 {
		wait(t, v.from(home, phone, "wang", "wrong password"))
	}
	if wait(t, v.from(home, phone, "wang", secret)) == 0 {
		t.Error("a stolen phone may guess on")
	}
}

// testThrottleCrowd sends many guesses at once: no more are looked at than in turn,
// but for those that were under way together.
func testThrottleCrowd(t *testing.T, h House) {
	v := h.village(t)
	var looked atomic.Int64
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			err := v.from(fmt.Sprintf("198.51.100.%d", i), "", "wang", "wrong password")
			if fault.KindOf(err) == fault.Unauthenticated {
				looked.Add(1)
			} else if fault.KindOf(err) != fault.TooMany {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := looked.Load(); n < 5 || n > 6 {
		t.Errorf("%d of 40 guesses at once were looked at", n)
	}
}
