package pool

import (
	"cmp"
	"maps"
	"slices"

	"buhuo/internal/tenant"
)

// What may be told of a table. Its figures are a total and some of its parts; the parts
// that are not told by themselves are the rest, which anybody finds by subtracting. So
// the rest must be fit to be told too, and with it everything that can be put together
// of figures of one edition: unions of its parts.
//
// Against other editions: who was counted is chosen for the whole table, so that two
// editions have the same shops or differ by K or more (choose); and of parts only those
// are told in which that holds for every set of provinces that both editions can put
// together (keepDistance).

// asTold is a table as one edition told it.
type asTold struct {
	// counted are the shops in it, with the parts to which each brought something. A
	// shop stays counted in seasons in which it brings nothing.
	counted map[tenant.ShopID][]string
	own     []string // parts told by themselves, in order
}

func (a asTold) tells(part string) bool {
	_, found := slices.BinarySearch(a.own, part)
	return found
}

// shares are what shops bring to the parts of a table. Who is among them and brings
// nothing takes part all the same.
type shares map[tenant.ShopID]map[string]Values

// parts are those to which a shop brings something, in order.
func (s shares) parts(shop tenant.ShopID) []string { return slices.Sorted(maps.Keys(s[shop])) }

// checked is how many of its Values a kind tells something of.
func (k Kind) checked() int {
	switch k {
	case WantedGrowth, SentGrowth, Spent:
		return 2
	}
	return 1
}

// undivided: the kind tells totals only.
func (k Kind) undivided() bool { return k == Rate || k == Spent }

// decide finds what may be told of a table: whom to count and which parts to tell by
// themselves; false when nothing may. before is the same table in earlier editions, the
// newest first; rank orders the shops, as nobody can foresee, for who waits.
func decide(k Kind, bring shares, before []asTold, rank func(tenant.ShopID) uint64) (asTold, bool) {
	counted, ok := choose(bring, before, rank)
	if !ok || !safe(k, bring.of(counted, nil)) {
		return asTold{}, false
	}
	t := asTold{counted: counted}
	if k.undivided() {
		return t, true
	}
	for _, part := range t.allParts() {
		if safe(k, bring.of(counted, map[string]bool{part: true})) {
			t.own = append(t.own, part)
		}
	}
	for len(t.own) > 0 {
		part, ok := t.tooMuch(k, bring, before)
		if !ok {
			break
		}
		t.own = slices.DeleteFunc(t.own, func(p string) bool { return p == part })
	}
	return t, true
}

// allParts lists the parts to which anybody counted brings something.
func (a asTold) allParts() []string {
	seen := map[string]bool{}
	for _, parts := range a.counted {
		for _, p := range parts {
			seen[p] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// of adds up what each of the counted shops brings to some parts (nil: to all); those
// that bring nothing are left out.
func (s shares) of(counted map[tenant.ShopID][]string, parts map[string]bool) map[tenant.ShopID]Values {
	out := map[tenant.ShopID]Values{}
	for shop := range counted {
		var sum Values
		for part, v := range s[shop] {
			if parts == nil || parts[part] {
				for i := range v {
					sum[i] += v[i]
				}
			}
		}
		if sum != (Values{}) {
			out[shop] = sum
		}
	}
	return out
}

// safe reports whether a figure made of these may be told: of every value that it tells
// something of, K shops or more have some, and none has more than half, not even of what
// is left when another takes its own away.
func safe(k Kind, of map[tenant.ShopID]Values) bool {
	for i := range k.checked() {
		var n, sum, first, second int64
		for _, v := range of {
			x := v[i]
			if x <= 0 {
				continue
			}
			n, sum = n+1, sum+x
			switch {
			case x > first:
				first, second = x, first
			case x > second:
				second = x
			}
		}
		if n < K || 2*first > sum-second {
			return false
		}
	}
	return true
}

// choose finds the most shops to count that keep their distance from every edition
// before: all, or some of those that came since or were counted last held back. false
// when there are no K such.
func choose(bring shares, before []asTold, rank func(tenant.ShopID) uint64) (map[tenant.ShopID][]string, bool) {
	var all, stayed []tenant.ShopID
	for shop := range bring {
		counted := false
		for _, b := range before {
			_, here := b.counted[shop]
			counted = counted || here
		}
		if counted || len(bring[shop]) > 0 {
			all = append(all, shop)
		}
		if len(before) > 0 {
			if _, last := before[0].counted[shop]; last {
				stayed = append(stayed, shop)
			}
		}
	}
	byRank := func(a, b tenant.ShopID) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) }
	slices.SortFunc(all, byRank)
	slices.SortFunc(stayed, byRank)
	var best map[tenant.ShopID][]string
	for _, from := range [][]tenant.ShopID{all, stayed} {
		for held := 0; held <= 2*K && len(from)-held >= K && len(from)-held > len(best); held++ {
			counted := make(map[tenant.ShopID][]string, len(from))
			for _, shop := range from[held:] {
				counted[shop] = bring.parts(shop)
			}
			if !slices.ContainsFunc(before, func(b asTold) bool { return !apart(asTold{counted: counted}, b, nil) }) {
				best = counted
			}
		}
	}
	return best, best != nil
}

// apart reports whether two editions of a table differ in nobody or in K shops or more,
// as far as those bring something to some parts (nil: to any). A shop that is counted in
// both is no difference, whatever it brings.
func apart(a, b asTold, parts map[string]bool) bool {
	n := 0
	for _, pair := range [][2]asTold{{a, b}, {b, a}} {
		for shop, brought := range pair[0].counted {
			if _, both := pair[1].counted[shop]; both {
				continue
			}
			if slices.ContainsFunc(brought, func(p string) bool { return parts == nil || parts[p] }) {
				n++
			}
		}
	}
	return n == 0 || n >= K
}

// tooMuch finds a part that must not be told by itself; false when all is well.
func (a asTold) tooMuch(k Kind, bring shares, before []asTold) (string, bool) {
	rest := map[string]bool{}
	all := a.allParts()
	for _, p := range all {
		if !a.tells(p) {
			rest[p] = true
		}
	}
	if left := bring.of(a.counted, rest); len(left) > 0 && !safe(k, left) {
		return a.least(bring, a.own), true
	}
	for _, b := range before {
		for _, block := range together(a, b, all) {
			if apart(a, b, block) {
				continue
			}
			inside := slices.DeleteFunc(slices.Clone(a.own), func(p string) bool { return !block[p] })
			if len(inside) == 0 { // it is the rest: it grows until the difference is large or it is all
				inside = a.own
			}
			return a.least(bring, inside), true
		}
	}
	return "", false
}

// least is the part of fewest shops among some, of which the least is brought.
func (a asTold) least(bring shares, parts []string) string {
	return slices.MinFunc(parts, func(p, q string) int {
		x, y := bring.of(a.counted, map[string]bool{p: true}), bring.of(a.counted, map[string]bool{q: true})
		return cmp.Or(len(x)-len(y), cmp.Compare(total(x), total(y)), cmp.Compare(p, q))
	})
}

func total(of map[tenant.ShopID]Values) (sum int64) {
	for _, v := range of {
		sum += v[0]
	}
	return sum
}

// together finds the smallest sets of parts that both editions can put together of what
// they tell: a part that both tell stands alone, the rest of either hangs together.
func together(a, b asTold, parts []string) []map[string]bool {
	parts = append(slices.Clone(parts), b.allParts()...)
	slices.Sort(parts)
	parts = slices.Compact(parts)
	var out []map[string]bool
	restA, restB := map[string]bool{}, map[string]bool{}
	meet := false
	for _, p := range parts {
		inA, inB := a.tells(p), b.tells(p)
		if inA && inB {
			out = append(out, map[string]bool{p: true})
			continue
		}
		if !inA {
			restA[p] = true
		}
		if !inB {
			restB[p] = true
		}
		meet = meet || !inA && !inB
	}
	if meet {
		maps.Copy(restA, restB)
		restB = nil
	}
	for _, rest := range []map[string]bool{restA, restB} {
		if len(rest) > 0 {
			out = append(out, rest)
		}
	}
	return out
}
