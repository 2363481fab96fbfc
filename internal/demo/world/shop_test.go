package world_test

import (
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/demo/world"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

func TestAssortment(t *testing.T) {
	w := world.Generate(1, opening, opening)
	if len(w.Products) != 300 || len(w.Categories) != 18 || len(w.Suppliers) != 33 {
		t.Errorf("%d products, %d categories, %d suppliers", len(w.Products), len(w.Categories), len(w.Suppliers))
	}
	names, codes, barcodes := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, p := range w.Products {
		unit, ok := measure.UnitByCode(p.Unit)
		if !ok || names[p.Name] || codes[p.Code] || len(p.Code) != 4 || p.Price <= 0 || len(p.Origin) != 2 {
			t.Errorf("%s %s: malformed or twice", p.Code, p.Name)
		}
		names[p.Name], codes[p.Code] = true, true
		if weighed := unit.Dimension == measure.Mass; weighed == (p.Barcode != "") {
			t.Errorf("%s %s: barcode %q", p.Code, p.Name, p.Barcode)
		}
		if p.Barcode != "" {
			if barcodes[p.Barcode] || !validEAN(p.Barcode) || p.Barcode[0] != '2' {
				t.Errorf("%s: barcode %s", p.Name, p.Barcode)
			}
			barcodes[p.Barcode] = true
		}
		for _, pack := range p.Packs {
			if size, err := pack.Size(); err != nil || size <= 0 || pack.Unit == p.Unit {
				t.Errorf("%s: pack %+v: %v", p.Name, pack, err)
			}
		}
	}
}

// validEAN checks the digit as GS1 defines it, counting from the right.
func validEAN(s string) bool {
	if len(s) != 13 {
		return false
	}
	sum := 0
	for i := range 13 {
		digit := int(s[12-i] - '0')
		if digit < 0 || digit > 9 {
			return false
		}
		if i%2 == 1 {
			digit *= 3
		}
		sum += digit
	}
	return sum%10 == 0
}

func TestOffers(t *testing.T) {
	w := world.Generate(1, opening, opening)
	cheapest, middleman := map[int]money.Price{}, map[int]money.Price{}
	sources := map[int]int{}
	kinds := map[string]int{}
	for _, s := range w.Suppliers {
		kinds[s.Kind]++
		if len(s.OrderDays) == 0 || s.LeadDays < 1 || len(s.Province) != 2 {
			t.Errorf("%s: %+v", s.Name, s)
		}
	}
	if kinds["manufacturer"] == 0 || kinds["farmer"] == 0 || kinds["wholesaler"] == 0 || len(kinds) != 3 {
		t.Errorf("kinds of suppliers: %v", kinds)
	}
	for _, o := range w.Offers {
		size, err := o.Pack.Size()
		if err != nil || o.MinQuantity <= 0 || o.MinQuantity%size != 0 || o.Breaks[0].From != o.MinQuantity {
			t.Errorf("offer %s: pack %v, least %d (%v)", o.Code, o.Pack, o.MinQuantity, err)
		}
		for i, b := range o.Breaks[1:] {
			if b.From <= o.Breaks[i].From || b.Price > o.Breaks[i].Price || b.From%size != 0 {
				t.Errorf("offer %s: breaks %v", o.Code, o.Breaks)
			}
		}
		if o.Breaks[0].Price >= w.Products[o.Product].Price {
			t.Errorf("offer %s: costs %s, sells at %s", o.Code, o.Breaks[0].Price.Decimal(), w.Products[o.Product].Price.Decimal())
		}
		sources[o.Product]++
		if w.Suppliers[o.Supplier].Kind == "wholesaler" {
			middleman[o.Product] = o.Breaks[0].Price
		} else {
			cheapest[o.Product] = o.Breaks[0].Price
		}
	}
	both := 0
	for i := range w.Products {
		if sources[i] == 0 || middleman[i] == 0 {
			t.Errorf("%s: no middleman sells it", w.Products[i].Name)
		}
		if cheapest[i] > 0 {
			both++
			if cheapest[i] >= middleman[i] {
				t.Errorf("%s: the maker is not cheaper", w.Products[i].Name)
			}
		}
	}
	if both <= 150 {
		t.Errorf("only %d products have both a maker and a middleman", both)
	}
}

// diary is what two years amount to.
type diary struct {
	kinds     map[string]int
	saleLines int
	channels  map[world.Channel]int
	provinces map[string]bool
	reasons   map[world.Reason]int
	stock     []measure.Quantity
	empty     []int // days on which the shelf was bare while open
	onSale    []int
	listed    []bool
	hours     [24]int
	units     map[string]map[day.Date]measure.Quantity
	wishNamed int
	promoted  int
	open      map[string]bool
}

func keepDiary(w *world.World) *diary {
	n := len(w.Products)
	d := &diary{
		kinds: map[string]int{}, channels: map[world.Channel]int{}, provinces: map[string]bool{},
		reasons: map[world.Reason]int{}, stock: make([]measure.Quantity, n), empty: make([]int, n),
		onSale: make([]int, n), listed: make([]bool, n), units: map[string]map[day.Date]measure.Quantity{},
		open: map[string]bool{},
	}
	for _, events := range w.Days() {
		bare := make([]bool, n)
		morning := false
		for _, e := range events {
			if !morning && e.Stamp().Minute >= world.OpenMinute {
				d.look(bare)
				morning = true
			}
			d.write(w, e)
			if morning && e.Stamp().Minute < world.CloseMinute {
				d.look(bare)
			}
		}
		for i := range bare {
			if d.listed[i] {
				d.onSale[i]++
				if bare[i] {
					d.empty[i]++
				}
			}
		}
	}
	return d
}

func (d *diary) look(bare []bool) {
	for i, q := range d.stock {
		bare[i] = bare[i] || q == 0
	}
}

func (d *diary) write(w *world.World, e world.Event) {
	switch e := e.(type) {
	case *world.Opening:
		for _, l := range e.Lines {
			d.stock[l.Lot.Product] += l.Quantity
			d.listed[l.Lot.Product] = true
		}
	case *world.Listing:
		d.kinds["listing"]++
		d.listed[e.Product] = e.Active
	case *world.PriceChange:
		d.kinds["price"]++
	case *world.OfferChange:
		d.kinds["offer"]++
	case *world.Promotion:
		d.kinds["promotion"]++
	case *world.OrderSent:
		d.kinds["order"]++
		d.open[e.ID.String()] = true
	case *world.Receipt:
		for _, l := range e.Lines {
			d.stock[l.Lot.Product] += l.Quantity
		}
		if e.Final {
			delete(d.open, e.Order.String())
		}
	case *world.Sale:
		d.sale(w, e)
	case *world.Return:
		d.kinds["return"]++
		d.stock[e.Take.Lot.Product] += e.Take.Quantity
	case *world.Count:
		for _, l := range e.Lines {
			if l.Counted != l.Booked {
				d.kinds["variance"]++
			}
			d.stock[e.Product] += l.Counted - l.Booked
		}
	case *world.Loss:
		d.reasons[e.Reason]++
		for _, x := range e.Takes {
			d.stock[e.Product] -= x.Quantity
		}
	case *world.Wish:
		d.kinds["wish"]++
		if e.Product < 0 {
			d.wishNamed++
		}
	case *world.Missed:
		d.kinds["missed"]++
	}
}

func (d *diary) sale(w *world.World, e *world.Sale) {
	d.kinds["sale"]++
	d.channels[e.Channel]++
	d.saleLines += len(e.Lines)
	d.hours[e.Minute/60]++
	if e.Province != "" {
		d.provinces[e.Province] = true
	}
	for _, l := range e.Lines {
		d.stock[l.Product] -= l.Quantity
		if l.Promoted {
			d.promoted++
		}
		byDay := d.units[w.Products[l.Product].Name]
		if byDay == nil {
			byDay = map[day.Date]measure.Quantity{}
			d.units[w.Products[l.Product].Name] = byDay
		}
		byDay[e.Day] += l.Quantity
	}
}

func TestTwoYears(t *testing.T) {
	for _, seed := range []uint64{1, 2026} {
		w := world.Generate(seed, opening, opening.Add(twoYears))
		d := keepDiary(w)
		if d.saleLines < 200_000 || d.saleLines > 330_000 {
			t.Errorf("seed %d: %d sale lines", seed, d.saleLines)
		}
		if mean := float64(d.saleLines) / float64(d.kinds["sale"]); mean < 2 {
			t.Errorf("seed %d: %.1f lines a sale", seed, mean)
		}
		for _, kind := range []string{"listing", "price", "offer", "promotion", "order", "return", "variance", "wish", "missed"} {
			if d.kinds[kind] < 50 {
				t.Errorf("seed %d: only %d of kind %s", seed, d.kinds[kind], kind)
			}
		}
		for _, r := range []world.Reason{world.Expired, world.Wilted, world.Damaged, world.OwnUse, world.Gift} {
			if d.reasons[r] < 20 {
				t.Errorf("seed %d: only %d losses by %s", seed, d.reasons[r], r)
			}
		}
		if d.channels[world.WeChat] < 1000 || d.channels[world.Pinduoduo] < 1000 || len(d.provinces) < 12 {
			t.Errorf("seed %d: channels %v to %d provinces", seed, d.channels, len(d.provinces))
		}
		if d.promoted < 1000 || d.wishNamed < 500 {
			t.Errorf("seed %d: %d promoted lines, %d wishes in words", seed, d.promoted, d.wishNamed)
		}
		for h := 7; h < 21; h++ {
			if d.hours[h] < 500 {
				t.Errorf("seed %d: %d sales in hour %d", seed, d.hours[h], h)
			}
		}
		d.checkShelves(t, w, seed)
	}
}

// checkShelves looks at the empty shelves: enough to be the problem that the
// program solves, not so many that nobody would shop there.
func (d *diary) checkShelves(t *testing.T, w *world.World, seed uint64) {
	t.Helper()
	empty, onSale, often := 0, 0, 0
	for i := range w.Products {
		empty += d.empty[i]
		onSale += d.onSale[i]
		if d.empty[i] >= 20 {
			often++
		}
	}
	if share := float64(empty) / float64(onSale); share < 0.05 || share > 0.10 {
		t.Errorf("seed %d: %.1f %% of the product-days had an empty shelf", seed, 100*share)
	}
	if often < 100 {
		t.Errorf("seed %d: only %d products ran out on 20 days or more", seed, often)
	}
	if len(d.open) == 0 {
		t.Errorf("seed %d: no order is open on the last evening", seed)
	}
}

// TestEveryDayLooksAlive takes many days for today: each must have orders on
// the way, goods about to run out and goods about to expire.
func TestEveryDayLooksAlive(t *testing.T) {
	w := world.Generate(1, opening, opening.Add(twoYears))
	type left struct {
		q      measure.Quantity
		expiry day.Date
		of     int
	}
	lots := map[string]left{}
	move := func(l *world.Lot, q measure.Quantity) {
		x := left{lots[l.ID.String()].q + q, l.Expiry, l.Product}
		if lots[l.ID.String()] = x; x.q == 0 {
			delete(lots, l.ID.String())
		}
	}
	open := map[string]bool{}
	recent := make([]float64, len(w.Products))
	for d, events := range w.Days() {
		for i := range recent {
			recent[i] *= 0.93
		}
		for _, e := range events {
			switch e := e.(type) {
			case *world.Opening:
				for _, l := range e.Lines {
					move(l.Lot, l.Quantity)
				}
			case *world.OrderSent:
				open[e.ID.String()] = true
			case *world.Receipt:
				for _, l := range e.Lines {
					move(l.Lot, l.Quantity)
				}
				if e.Final {
					delete(open, e.Order.String())
				}
			case *world.Sale:
				for _, l := range e.Lines {
					recent[l.Product] += 0.07 * float64(l.Quantity)
					for _, x := range l.Takes {
						move(x.Lot, -x.Quantity)
					}
				}
			case *world.Return:
				move(e.Take.Lot, e.Take.Quantity)
			case *world.Loss:
				for _, x := range e.Takes {
					move(x.Lot, -x.Quantity)
				}
			case *world.Count:
				for _, l := range e.Lines {
					move(l.Lot, l.Counted-l.Booked)
				}
			}
		}
		if d < opening.Add(30) || int(d)%3 != 0 {
			continue
		}
		stock := make([]float64, len(w.Products))
		expiring, low := 0, 0
		for _, x := range lots {
			stock[x.of] += float64(x.q)
			if x.expiry != day.None && x.expiry <= d.Add(3) {
				expiring++
			}
		}
		for i := range stock {
			if recent[i] > 0 && stock[i] < 2*recent[i] {
				low++
			}
		}
		if len(open) < 1 || low < 5 || expiring < 3 {
			t.Errorf("%v: %d open orders, %d goods nearly out, %d lots near expiry", d, len(open), low, expiring)
		}
	}
}

// TestDemandHasItsShapes looks for the patterns in what was sold.
func TestDemandHasItsShapes(t *testing.T) {
	w := world.Generate(1, opening, opening.Add(twoYears))
	d := keepDiary(w)
	spring := day.SpringFestivalOf(2026)
	rush := sum(d.units["五香瓜子"], spring.Add(-14), spring.Add(-1))
	calm := sum(d.units["五香瓜子"], spring.Add(-70), spring.Add(-57))
	if rush < calm*3/2 {
		t.Errorf("sunflower seeds: %d before Spring Festival, %d on ordinary days", rush, calm)
	}
	july := sum(d.units["麒麟西瓜"], day.New(2026, time.July, 1), day.New(2026, time.July, 31))
	january := sum(d.units["麒麟西瓜"], day.New(2026, time.January, 1), day.New(2026, time.January, 31))
	if july < 4*january {
		t.Errorf("water melon: %d in July, %d in January", july, january)
	}
	if q := sum(d.units["仙居杨梅"], day.New(2025, time.October, 1), day.New(2026, time.March, 31)); q != 0 {
		t.Errorf("bayberries in winter: %d", q)
	}
	saturdays, mondays := 0, 0
	for name := range d.units {
		for date, q := range d.units[name] {
			switch date.Weekday() {
			case time.Saturday:
				saturdays += int(q)
			case time.Monday:
				mondays += int(q)
			}
		}
	}
	if saturdays < mondays*11/10 {
		t.Errorf("sold %d on Saturdays, %d on Mondays", saturdays, mondays)
	}
}

func sum(byDay map[day.Date]measure.Quantity, from, to day.Date) measure.Quantity {
	var q measure.Quantity
	for d := from; d <= to; d++ {
		q += byDay[d]
	}
	return q
}
