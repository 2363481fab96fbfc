package money_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/measure"
	"buhuo/internal/money"
)

var (
	jpy = money.Currency{Code: "JPY", Exponent: 0}
	eur = money.Currency{Code: "EUR", Exponent: 2}
	kwd = money.Currency{Code: "KWD", Exponent: 3}
)

// oracle rounds num/den half away from zero.
func oracle(num, den *big.Int) *big.Int {
	negative := num.Sign()*den.Sign() < 0
	n, d := new(big.Int).Abs(num), new(big.Int).Abs(den)
	// (2n + d) / 2d, towards zero, rounds the magnitude half up.
	q := new(big.Int).Quo(new(big.Int).Add(new(big.Int).Lsh(n, 1), d), new(big.Int).Lsh(d, 1))
	if negative {
		q.Neg(q)
	}
	return q
}

func product(factors ...int64) *big.Int {
	p := big.NewInt(1)
	for _, f := range factors {
		p.Mul(p, big.NewInt(f))
	}
	return p
}

func within(n *big.Int, bound int64) bool {
	return new(big.Int).Abs(n).Cmp(big.NewInt(bound)) <= 0
}

func int64s() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64Range(-2000, 2000), rapid.Int64Range(-1e13, 1e13), rapid.Int64(),
		rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64, 0, 1, -1}))
}

func TestMulDivAgainstBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := int64s().Draw(t, "a"), int64s().Draw(t, "b"), int64s().Draw(t, "c")
		got, err := money.MulDiv(a, b, c)
		if c == 0 {
			if !errors.Is(err, money.ErrDivision) {
				t.Fatalf("division by zero gave %d, %v", got, err)
			}
			return
		}
		want := oracle(product(a, b), big.NewInt(c))
		if fits := within(want, math.MaxInt64); fits != (err == nil) || fits && got != want.Int64() {
			t.Fatalf("%d × %d / %d = %d, %v; want %v", a, b, c, got, err, want)
		}
		if err != nil && !errors.Is(err, money.ErrRange) {
			t.Fatalf("cause %v", err)
		}
	})
}

func TestLineExamples(t *testing.T) {
	tests := []struct {
		name string
		q    measure.Quantity
		p    money.Price
		c    money.Currency
		want money.Amount
	}{
		{"12.5 kg at 5.20", 12500, 52000, money.CNY, 6500},
		{"half a fen goes up", 1000, 50, money.CNY, 1},
		{"half a fen below zero goes down", -1000, 50, money.CNY, -1},
		{"just under half stays", 999, 50, money.CNY, 0},
		{"1.005 is not lost to a float", 1005, 10000, money.CNY, 101},
		{"yen have no decimals", 1500, 10000, jpy, 2},
		{"dinars have three", 1500, 12340, kwd, 1851},
		{"nothing", 0, 52000, money.CNY, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := money.Line(tt.q, tt.p, tt.c); err != nil || got != tt.want {
				t.Errorf("got %d, %v; want %d", got, err, tt.want)
			}
		})
	}
}

func TestLineAgainstBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := rapid.OneOf(rapid.Int64Range(-1e6, 1e6), rapid.Int64Range(-1e13, 1e13)).Draw(t, "q")
		p := rapid.OneOf(rapid.Int64Range(-1e6, 1e6), rapid.Int64Range(-1e13, 1e13)).Draw(t, "p")
		c := rapid.SampledFrom([]money.Currency{money.CNY, jpy, kwd}).Draw(t, "c")
		scale := int64(math.Pow10(c.Exponent))
		want := oracle(product(q, p, scale), big.NewInt(10_000_000))
		got, err := money.Line(measure.Quantity(q), money.Price(p), c)
		if fits := within(want, int64(money.MaxAmount)); fits != (err == nil) || fits && int64(got) != want.Int64() {
			t.Fatalf("%d × %d %s = %d, %v; want %v", q, p, c.Code, got, err, want)
		}
		if err != nil && !errors.Is(err, money.ErrRange) {
			t.Fatalf("cause %v", err)
		}
	})
}

func TestUnitPriceAgainstBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.OneOf(rapid.Int64Range(-1e6, 1e6), rapid.Int64Range(-1e15, 1e15)).Draw(t, "total")
		q := rapid.OneOf(rapid.Int64Range(1, 1e6), rapid.Int64Range(1, 1e13)).Draw(t, "q")
		want := oracle(product(total, 100_000), big.NewInt(q))
		got, err := money.UnitPrice(money.Amount(total), measure.Quantity(q), money.CNY)
		if fits := within(want, int64(money.MaxPrice)); fits != (err == nil) || fits && int64(got) != want.Int64() {
			t.Fatalf("%d / %d = %d, %v; want %v", total, q, got, err, want)
		}
	})
	if _, err := money.UnitPrice(100, 0, money.CNY); !errors.Is(err, money.ErrDivision) {
		t.Errorf("the price of nothing: %v", err)
	}
}

func TestPackPrices(t *testing.T) {
	box := measure.Ratio{Num: 5, Den: 1} // 10 jin in kg
	if p, err := money.PerBase(260_000, box); err != nil || p != 52_000 {
		t.Errorf("26.00 a box of 5 kg is %v a kg, %v", p, err)
	}
	if p, err := money.PerPack(52_000, box); err != nil || p != 260_000 {
		t.Errorf("5.20 a kg is %v a box, %v", p, err)
	}
	if p, err := money.PerBase(100_000, measure.Ratio{Num: 3, Den: 1}); err != nil || p != 33_333 {
		t.Errorf("10.00 over 3 is %v, %v", p, err)
	}
	if p, err := money.PerBase(-5, measure.Ratio{Num: 2, Den: 1}); err != nil || p != -3 {
		t.Errorf("half away from zero: %v, %v", p, err)
	}
	if _, err := money.PerPack(money.MaxPrice, box); !errors.Is(err, money.ErrRange) {
		t.Errorf("over the bound: %v", err)
	}
	if _, err := money.PerBase(1, measure.Ratio{}); !errors.Is(err, money.ErrDivision) {
		t.Errorf("the zero factor: %v", err)
	}
}

func TestSplitExamples(t *testing.T) {
	tests := []struct {
		name    string
		total   money.Amount
		weights []int64
		want    []money.Amount
	}{
		{"even", 100, []int64{1, 1}, []money.Amount{50, 50}},
		{"the earlier gets the rest", 100, []int64{1, 1, 1}, []money.Amount{34, 33, 33}},
		{"the largest remainder gets the rest", 10, []int64{33, 67}, []money.Amount{3, 7}},
		{"refunds mirror", -100, []int64{1, 1, 1}, []money.Amount{-34, -33, -33}},
		{"a weight of zero gets nothing", 100, []int64{0, 3}, []money.Amount{0, 100}},
		{"a negative weight gets nothing", 100, []int64{-5, 3}, []money.Amount{0, 100}},
		{"no weight at all is even", 5, []int64{0, 0}, []money.Amount{3, 2}},
		{"one takes all", 7, []int64{math.MaxInt64}, []money.Amount{7}},
		{"nobody", 7, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := money.Split(tt.total, tt.weights)
			if len(got) != len(tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			for i := range got {
				if got[i] != tt.want[i] {
					t.Fatalf("got %v, want %v", got, tt.want)
				}
			}
		})
	}
}

// Each part is the exact share rounded down or up, parts add up, and a larger
// remainder is never passed over for a smaller one.
func TestSplitAgainstBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.OneOf(rapid.Int64Range(-1000, 1000), rapid.Int64Range(-1e15, 1e15), rapid.Int64()).Draw(t, "total")
		weights := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 9), rapid.Int64Range(0, math.MaxInt64)), 1, 12).Draw(t, "weights")
		sum := new(big.Int)
		for _, w := range weights {
			sum.Add(sum, big.NewInt(w))
		}
		parts := money.Split(money.Amount(total), weights)
		if len(parts) != len(weights) {
			t.Fatalf("%d parts of %d", len(parts), len(weights))
		}
		added := new(big.Int)
		for _, p := range parts {
			added.Add(added, big.NewInt(int64(p)))
		}
		if added.Cmp(big.NewInt(total)) != 0 {
			t.Fatalf("%v add up to %v, not %d", parts, added, total)
		}
		if sum.Sign() == 0 {
			return
		}
		roundedUp, roundedDown := []*big.Int{}, []*big.Int{}
		for i, w := range weights {
			q, r := new(big.Int).QuoRem(new(big.Int).Abs(product(total, w)), sum, new(big.Int))
			magnitude := new(big.Int).Abs(big.NewInt(int64(parts[i])))
			switch new(big.Int).Sub(magnitude, q).Int64() {
			case 0:
				roundedDown = append(roundedDown, r)
			case 1:
				roundedUp = append(roundedUp, r)
			default:
				t.Fatalf("part %d of %d by %v is %v, exact floor %v", i, total, weights, parts[i], q)
			}
		}
		for _, up := range roundedUp {
			for _, down := range roundedDown {
				if up.Cmp(down) < 0 {
					t.Fatalf("remainder %v was preferred to %v", up, down)
				}
			}
		}
	})
}

func TestAddAndSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := int64s().Draw(t, "a"), int64s().Draw(t, "b")
		exact := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		bound := int64(money.MaxAmount)
		ok := within(exact, bound) && within(big.NewInt(a), bound) && within(big.NewInt(b), bound)
		got, err := money.Amount(a).Add(money.Amount(b))
		if ok != (err == nil) || ok && int64(got) != exact.Int64() {
			t.Fatalf("%d + %d = %d, %v", a, b, got, err)
		}
	})
	if total, err := money.Sum([]money.Amount{100, -30, 5}); err != nil || total != 75 {
		t.Errorf("Sum = %d, %v", total, err)
	}
	if total, err := money.Sum(nil); err != nil || total != 0 {
		t.Errorf("Sum of nothing = %d, %v", total, err)
	}
	if _, err := money.Sum([]money.Amount{money.MaxAmount, money.MaxAmount, -money.MaxAmount}); !errors.Is(err, money.ErrRange) {
		t.Errorf("a partial sum out of bounds passed: %v", err)
	}
}

func TestTax(t *testing.T) {
	tests := []struct {
		gross    money.Amount
		rate     int
		net, tax money.Amount
	}{
		{10900, 900, 10000, 900}, {11300, 1300, 10000, 1300}, {100, 1300, 88, 12}, {-100, 1300, -88, -12},
		{0, 1300, 0, 0}, {12345, 0, 12345, 0}, {12345, -5, 12345, 0}, {1, 10000, 1, 0}, {3, 10000, 2, 1},
	}
	for _, tt := range tests {
		if net, tax := money.NetOfTax(tt.gross, tt.rate), money.TaxOf(tt.gross, tt.rate); net != tt.net || tax != tt.tax {
			t.Errorf("%d at %d: net %d tax %d, want %d %d", tt.gross, tt.rate, net, tax, tt.net, tt.tax)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Int64Range(-1e15, 1e15).Draw(t, "a")
		rate := rapid.IntRange(0, 30_000).Draw(t, "rate")
		net := money.NetOfTax(money.Amount(a), rate)
		if want := oracle(product(a, 10_000), big.NewInt(int64(10_000+rate))); int64(net) != want.Int64() {
			t.Fatalf("net of %d at %d = %d, want %v", a, rate, net, want)
		}
		if net+money.TaxOf(money.Amount(a), rate) != money.Amount(a) {
			t.Fatal("net and tax do not add up")
		}
		if want := oracle(product(a, int64(rate)), big.NewInt(10_000)); int64(money.TaxOn(money.Amount(a), rate)) != want.Int64() {
			t.Fatalf("tax on %d at %d, want %v", a, rate, want)
		}
		p := money.Price(rapid.Int64Range(-1e13, 1e13).Draw(t, "p"))
		if back := p.WithTax(rate).NetOfTax(rate); back-p > 1 || p-back > 1 {
			t.Fatalf("price %d with and without tax at %d is %d", p, rate, back)
		}
	})
}

func TestTaxNeverWraps(t *testing.T) {
	for _, rate := range []int{math.MaxInt, math.MinInt, 1_000_000} {
		for _, a := range []money.Amount{math.MaxInt64, money.MaxAmount, 1} {
			if net := money.NetOfTax(a, rate); net < 0 || net > a {
				t.Errorf("net of %d at %d = %d", a, rate, net)
			}
			if tax := money.TaxOn(a, rate); tax < 0 {
				t.Errorf("tax on %d at %d = %d", a, rate, tax)
			}
			if tax := money.TaxOn(-a, rate); tax > 0 {
				t.Errorf("tax on %d at %d = %d", -a, rate, tax)
			}
		}
	}
}
