package pool_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/pool"
	"buhuo/internal/tenant"
)

// provinces of the tests: few, so that every set of them can be tried.
var provinces = []string{"11", "33", "42", "00"}

// TestPrivacy lets shops join, leave, start and stop selling through many seasons, and
// tries on what was published all that can be put together of it: sums of parts, the rest
// of a total, and the differences between any two seasons.
func TestPrivacy(t *testing.T) {
	told, seasons := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		v := newVillage(rapid.IntRange(4, 24).Draw(t, "shops"))
		s := v.service()
		home := map[tenant.ShopID]string{}
		for _, in := range v.shops {
			home[in.ID] = rapid.SampledFrom(provinces).Draw(t, "home")
		}
		flux := rapid.IntRange(1, 12).Draw(t, "one in so many changes")
		gave := map[string]map[tenant.ShopID][]pool.Entry{} // what members had when a season was told
		for range rapid.IntRange(1, 6).Draw(t, "seasons") {
			for _, in := range v.shops {
				id, turn := in.ID, rapid.IntRange(0, flux).Draw(t, "turn")
				switch _, member := v.members[id]; {
				case !member && (len(v.past) == 0 || turn == 0):
					must(t, s.Join(v.as(id)))
				case member && turn == 0:
					must(t, s.Leave(v.as(id)))
				}
				v.books[id] = drawBooks(t, home[id])
			}
			before := len(v.past)
			must(t, s.Run(context.Background()))
			must(t, s.Run(context.Background())) // twice is once
			seasons++
			if len(v.past) > before {
				e := v.past[0]
				gave[e.Code] = map[tenant.ShopID][]pool.Entry{}
				for id := range v.members {
					gave[e.Code][id] = v.given[id][e.Code]
				}
				told++
				checkEdition(t, v, e, gave[e.Code])
				for _, earlier := range v.past[1:] {
					checkPair(t, e, earlier, gave)
				}
			}
			v.nextSeason()
		}
	})
	if told*3 < seasons {
		t.Errorf("of %d seasons only %d were told: the test would see no leak", seasons, told)
	}
}

func must(t interface{ Fatal(...any) }, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

// drawBooks is what a shop has in a season: usually alike, sometimes nothing or very much.
func drawBooks(t *rapid.T, home string) (out []pool.Entry) {
	amount := func(name string) int64 {
		switch rapid.IntRange(0, 9).Draw(t, name) {
		case 0:
			return 0
		case 1:
			return rapid.Int64Range(100_000, 900_000).Draw(t, "much")
		}
		return rapid.Int64Range(8_000, 12_000).Draw(t, "usual")
	}
	for _, category := range []string{"CNY/茶", "CNY/米"} {
		now, then := amount("now"), amount("then")
		out = append(out, pool.Entry{Kind: pool.Wanted, Key: category, Part: home, Values: pool.Values{now}}, pool.Entry{Kind: pool.WantedGrowth, Key: category, Part: home, Values: pool.Values{now, then}})
	}
	for _, p := range provinces[:3] {
		out = append(out, pool.Entry{Kind: pool.Sent, Key: "CNY", Part: p, Values: pool.Values{amount("sent")}})
	}
	out = append(out, pool.Entry{Kind: pool.Spent, Key: "CNY/", Part: pool.Unknown, Values: pool.Values{amount("spent"), rapid.Int64Range(0, 20).Draw(t, "buyers")}})
	rate := amount("units")
	return append(out, pool.Entry{Kind: pool.Rate, Key: "kg/茶", Part: pool.Unknown, Values: pool.Values{rate, rate / 12, 300_000}})
}

type tableName struct {
	kind pool.Kind
	key  string
}

// tables are those that an edition tells, each with the parts that it tells by themselves.
func tables(e pool.Past) map[tableName][]string {
	out := map[tableName][]string{}
	for _, f := range e.Figures {
		if f.Kind == pool.Often {
			continue
		}
		at := tableName{f.Kind, f.Key}
		if _, ok := out[at]; !ok {
			out[at] = nil
		}
		if f.Part != pool.Whole {
			out[at] = append(out[at], f.Part)
		}
	}
	return out
}

// sets are those of the provinces that can be put together of a total and some parts.
func sets(parts []string) (out []map[string]bool) {
	for bits := range 1 << len(provinces) {
		set, rest := map[string]bool{}, 0
		for i, p := range provinces {
			if bits>>i&1 == 1 {
				set[p] = true
				if !slices.Contains(parts, p) {
					rest++
				}
			}
		}
		if rest == 0 || rest == len(provinces)-len(parts) {
			out = append(out, set)
		}
	}
	return out
}

// counted are the shops of a table.
func counted(e pool.Past, at tableName) map[tenant.ShopID]bool {
	out := map[tenant.ShopID]bool{}
	for id, c := range e.Counted {
		if _, ok := c[at.kind][at.key]; ok {
			out[id] = true
		}
	}
	return out
}

func bringing(entries []pool.Entry, at tableName, set map[string]bool) (sum pool.Values) {
	for _, e := range entries {
		if e.Kind == at.kind && e.Key == at.key && set[e.Part] {
			for i, v := range e.Values {
				sum[i] += v
			}
		}
	}
	return sum
}

func checkEdition(t *rapid.T, v *village, e pool.Past, gave map[tenant.ShopID][]pool.Entry) {
	for id := range e.Counted {
		if _, member := v.members[id]; !member {
			t.Fatalf("%s counts shop %d, which takes no part", e.Code, id)
		}
	}
	for _, f := range e.Figures {
		if f.Shops < pool.K {
			t.Fatalf("%+v is of fewer than %d shops", f, pool.K)
		}
	}
	for at, parts := range tables(e) {
		shops := counted(e, at)
		for _, set := range sets(parts) {
			checkSet(t, e, at, set, shops, gave)
		}
		checkValue(t, e, at, shops, gave)
	}
}

// checkSet proves that a sum tells of no single shop, not even to another one in it.
func checkSet(t *rapid.T, e pool.Past, at tableName, set map[string]bool, shops map[tenant.ShopID]bool, gave map[tenant.ShopID][]pool.Entry) {
	measures := 1
	if at.kind == pool.WantedGrowth || at.kind == pool.Spent {
		measures = 2
	}
	any := false
	for id := range shops {
		any = any || bringing(gave[id], at, set) != pool.Values{}
	}
	if !any {
		return
	}
	for m := range measures {
		var values []int64
		sum := int64(0)
		for id := range shops {
			if x := bringing(gave[id], at, set)[m]; x > 0 {
				values, sum = append(values, x), sum+x
			}
		}
		if len(values) < pool.K {
			t.Fatalf("%s tells %v of %v: %d shops", e.Code, at, set, len(values))
		}
		for i, x := range values {
			for j, y := range values {
				if i != j && 2*x > sum-y || 2*x > sum {
					t.Fatalf("%s tells %v of %v: %d of %d is one shop", e.Code, at, set, x, sum)
				}
			}
		}
	}
}

// checkValue compares a total with the sum, worked out here.
func checkValue(t *rapid.T, e pool.Past, at tableName, shops map[tenant.ShopID]bool, gave map[tenant.ShopID][]pool.Entry) {
	all := map[string]bool{}
	for _, p := range provinces {
		all[p] = true
	}
	var sum pool.Values
	for id := range shops {
		for i, x := range bringing(gave[id], at, all) {
			sum[i] += x
		}
	}
	i := slices.IndexFunc(e.Figures, func(f pool.Figure) bool { return f.Kind == at.kind && f.Key == at.key && f.Part == pool.Whole })
	switch f := e.Figures[i]; at.kind {
	case pool.Wanted, pool.Sent:
		if digits := fmt.Sprint(f.Value); math.Abs(float64(f.Value-sum[0])) > 0.051*float64(sum[0]) || len(digits) > 2 && digits[2] != '0' {
			t.Fatalf("%v is told as %d, and is %d", at, f.Value, sum[0])
		}
	case pool.WantedGrowth:
		if ratio := 1e6 * float64(sum[0]) / float64(sum[1]); math.Abs(float64(f.Value)-ratio) > 25_001 || f.Value%50_000 != 0 {
			t.Fatalf("%v is told as %d, and is %f", at, f.Value, ratio)
		}
	case pool.Spent:
		if sum[1] < pool.EnoughBuyers {
			t.Fatalf("%v is told of %d buyers", at, sum[1])
		}
	case pool.Rate:
		if !(0 < f.Low && f.Low <= f.High) || f.Value <= 0 {
			t.Fatalf("%+v", f)
		}
	}
}

// checkPair proves that no difference between two editions is of fewer than K shops: of
// every set that both can put together, those counted in one of them only are none or
// K or more.
func checkPair(t *rapid.T, a, b pool.Past, gave map[string]map[tenant.ShopID][]pool.Entry) {
	theirs := tables(b)
	for at, parts := range tables(a) {
		others, both := theirs[at]
		if !both {
			continue
		}
		inA, inB := counted(a, at), counted(b, at)
		for _, set := range sets(parts) {
			if !slices.ContainsFunc(sets(others), func(o map[string]bool) bool { return maps.Equal(o, set) }) {
				continue
			}
			n := 0
			for _, one := range []struct {
				here, there map[tenant.ShopID]bool
				code        string
			}{{inA, inB, a.Code}, {inB, inA, b.Code}} {
				for id := range one.here {
					if !one.there[id] && bringing(gave[one.code][id], at, set) != (pool.Values{}) {
						n++
					}
				}
			}
			if n > 0 && n < pool.K {
				t.Fatalf("%v of %v: %s and %s differ by %d shops", at, set, a.Code, b.Code, n)
			}
		}
	}
}
