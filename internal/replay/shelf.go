package replay

// Shelf is the stock of one item by age, and what is on order. The oldest is sold first; what has
// lain its last day is thrown away at night. Sales that find nothing are lost.
type Shelf struct {
	lots    []float64 // by age in days; without a shelf life all stock has age 0
	onOrder []float64 // onOrder[i] arrives in i+1 days
	keeps   bool
}

// NewShelf returns an empty shelf; shelfLife 0 means that goods keep.
func NewShelf(lead, shelfLife int) *Shelf {
	return &Shelf{lots: make([]float64, max(shelfLife, 1)), onOrder: make([]float64, lead), keeps: shelfLife == 0}
}

// Lots returns the stock by age; Lots()[0] arrived today. The slice is the shelf's own.
func (s *Shelf) Lots() []float64 { return s.lots }

// Coming returns what is on order: Coming()[i] arrives in i+1 days. The slice is the shelf's own.
func (s *Shelf) Coming() []float64 { return s.onOrder }

// Stock returns what can be sold.
func (s *Shelf) Stock() float64 { return sum(s.lots) }

// OnOrder returns what was ordered and has not arrived.
func (s *Shelf) OnOrder() float64 { return sum(s.onOrder) }

// Arrive begins a day: what is due is put on the shelf. It returns how much that was.
func (s *Shelf) Arrive() float64 {
	due := s.onOrder[0]
	s.lots[0] += due
	copy(s.onOrder, s.onOrder[1:])
	s.onOrder[len(s.onOrder)-1] = 0
	return due
}

// Order orders; it arrives after the lead time.
func (s *Shelf) Order(quantity float64) { s.onOrder[len(s.onOrder)-1] += quantity }

// fill opens with fresh stock.
func (s *Shelf) fill(quantity float64) { s.lots[0] += quantity }

// Sell takes what is wanted from the oldest stock on and returns what was missing.
func (s *Shelf) Sell(wanted float64) (lost float64) {
	for age := len(s.lots) - 1; age >= 0; age-- {
		taken := min(s.lots[age], wanted)
		s.lots[age] -= taken
		wanted -= taken
	}
	return wanted
}

// Night ends a day: all stock grows older. It returns what had to be thrown away.
func (s *Shelf) Night() (waste float64) {
	if s.keeps {
		return 0
	}
	last := len(s.lots) - 1
	waste = s.lots[last]
	copy(s.lots[1:], s.lots[:last])
	s.lots[0] = 0
	return waste
}

func sum(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}
