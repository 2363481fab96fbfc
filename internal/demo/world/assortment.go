package world

import (
	_ "embed" // the assortment and the suppliers are text
	"fmt"
	"strconv"
	"strings"

	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

//go:embed products.txt
var productText string

//go:embed suppliers.txt
var supplierText string

// Category groups goods that are bought alike.
type Category struct {
	ID     ident.ID
	Number int // the first two digits of its products' codes
	Name   string
}

// Product is one article of the shop with the habits of its buyers.
type Product struct {
	ID        ident.ID
	Code      string
	Name      string
	Barcode   string // EAN-13 of the range for use inside a shop, empty for weighed goods
	Category  int    // index into World.Categories
	Unit      string // base unit
	Packs     []measure.Pack
	Origin    string // province, GB/T 2260, two digits
	Producer  string
	ShelfLife int // days, 0 without
	TaxRate   int // basis points, contained in the price
	Price     money.Price
	Seasonal  bool
	LaunchDay int // days after the opening when it is first listed

	habits habits
}

// habits are the truth about a product that only the generator knows.
type habits struct {
	buyers    float64 // customers a day
	perBuyer  float64 // base units
	season    season
	online    float64 // share of the buyers
	festivals map[festive]float64
	fragile   bool
	costShare float64 // the maker's price in parts of the retail price
	outer     measure.Pack
	direct    int // index into World.Suppliers, -1 without
	middleman int
}

// weighed reports whether customers buy the product by weight.
func (p *Product) weighed() bool { return p.Unit == "kg" }

// mean is the ordinary demand of a day in base units.
func (p *Product) mean() float64 {
	parcel := p.habits.perBuyer
	if p.weighed() {
		var sum measure.Quantity
		sizes := p.parcelSizes()
		for _, q := range sizes {
			sum += q
		}
		parcel = float64(sum) / measure.Thousandths / float64(len(sizes))
	}
	return p.habits.buyers * ((1-p.habits.online)*p.habits.perBuyer + p.habits.online*parcel)
}

// fresh reports whether the product spoils within days.
func (p *Product) fresh() bool { return p.ShelfLife > 0 && p.ShelfLife <= 12 }

// Supplier is someone the shop buys from, with how he really delivers.
type Supplier struct {
	ID           ident.ID
	Key          string // short stable code
	Name         string
	Kind         string // manufacturer, farmer, wholesaler
	Province     string
	Contact      string
	Phone        string
	OrderDays    []int // ISO weekdays on which he takes orders, 1 is Monday
	LeadDays     int   // promised, from sending to the shelf
	MinOrder     money.Amount
	Freight      money.Amount
	FreeFrom     money.Amount // goods value from which freight is free, 0 never needed
	lateShare    float64
	lateMeanDays float64
}

// gap is the mean number of days between two chances to order.
func (s *Supplier) gap() float64 { return 7 / float64(len(s.OrderDays)) }

// takesOrders reports whether the supplier takes orders on the ISO weekday.
func (s *Supplier) takesOrders(weekday int) bool {
	for _, d := range s.OrderDays {
		if d == weekday {
			return true
		}
	}
	return false
}

// assortment reads the two embedded tables. They are part of the program, so
// a malformed row is a bug and panics; a test reads them whole.
func assortment(space ident.ID, suppliers *[]Supplier) ([]Category, []Product) {
	byKey := map[string]int{"-": -1}
	for _, f := range rows(supplierText, 13) {
		byKey[f[0]] = len(*suppliers)
		*suppliers = append(*suppliers, supplierRow(space, f))
	}
	var categories []Category
	var products []Product
	inCategory := 0
	for _, f := range rows(productText, 14) {
		if number, ok := strings.CutPrefix(f[0], "@"); ok {
			categories = append(categories, Category{
				ID: ident.Derive(space, []byte("category/"+number)), Number: whole(number), Name: f[1],
			})
			inCategory = 0
			continue
		}
		inCategory++
		c := categories[len(categories)-1]
		p := productRow(f, c, byKey)
		p.Category = len(categories) - 1
		p.Code = fmt.Sprintf("%02d%02d", c.Number, inCategory)
		p.ID = ident.Derive(space, []byte("product/"+p.Code))
		if !p.weighed() {
			p.Barcode = shopBarcode(p.Code)
		}
		products = append(products, p)
	}
	return categories, products
}

// rows splits a table; a category row keeps its two fields.
func rows(text string, width int) [][]string {
	var out [][]string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "|")
		if len(fields) != width && !strings.HasPrefix(line, "@") {
			panic("world: malformed row: " + line)
		}
		out = append(out, fields)
	}
	return out
}

func supplierRow(space ident.ID, f []string) Supplier {
	s := Supplier{
		ID:  ident.Derive(space, []byte("supplier/"+f[0])),
		Key: f[0], Name: f[1], Kind: f[2], Province: f[3], Contact: f[4], Phone: f[5],
		LeadDays: whole(f[7]), lateShare: decimal(f[8]) / 100, lateMeanDays: decimal(f[9]),
		MinOrder: yuan(f[10]), Freight: yuan(f[11]), FreeFrom: yuan(f[12]),
	}
	for _, r := range f[6] {
		s.OrderDays = append(s.OrderDays, int(r-'0'))
	}
	return s
}

// crowd is how many of the customers that the rows tell of come: some 300 lines a day at the
// till, which two years of are written while a visitor waits.
const crowd = 0.82

func productRow(f []string, c Category, suppliers map[string]int) Product {
	p := Product{
		Name: f[0], Unit: f[1], Price: price(decimal(f[2])), ShelfLife: whole(f[4]), Origin: f[5],
		Producer: strings.Trim(f[6], "-"), TaxRate: taxRate(c.Number),
		habits: habits{
			costShare: decimal(f[3]) / 100, buyers: crowd * decimal(f[7]), perBuyer: decimal(f[8]),
			season: parseSeason(f[9]), outer: parsePack(f[10]),
			direct: known(suppliers, f[11]), middleman: known(suppliers, f[12]),
			festivals: map[festive]float64{},
		},
	}
	p.Seasonal = p.habits.season.bounded
	p.Packs = []measure.Pack{p.habits.outer}
	for _, flag := range strings.Split(f[13], ",") {
		p.flag(flag)
	}
	if tuned := festivalDefaults[c.Number]; p.habits.festivals[beforeSpring] == 0 {
		p.habits.festivals[beforeSpring] = max(1, tuned)
	}
	return p
}

// flag applies one word of the last column.
func (p *Product) flag(word string) {
	name := strings.TrimRight(word, "0123456789.")
	value := word[len(name):]
	switch name {
	case "":
	case "o":
		p.habits.online = decimal(value) / 100
	case "n":
		p.LaunchDay = whole(value)
	case "t":
		p.TaxRate = whole(value) * 100
	case "b":
		p.habits.fragile = true
	default:
		f, ok := festiveNames[name]
		if !ok {
			panic("world: unknown flag: " + word)
		}
		p.habits.festivals[f] = decimal(value)
	}
}

// taxRate is the value added tax of a category in basis points: vegetables
// are exempt in retail, farm goods pay 9 %, the rest 13 %.
func taxRate(category int) int {
	switch category {
	case 10, 12:
		return 0
	case 11, 13, 15, 16, 19, 20:
		return 900
	}
	return 1300
}

func parsePack(s string) measure.Pack {
	unit, content, _ := strings.Cut(s, ":")
	if _, ok := measure.UnitByCode(unit); !ok {
		panic("world: unknown pack unit: " + s)
	}
	n, err := measure.ParseDecimal(content)
	if err != nil {
		panic("world: malformed pack: " + s)
	}
	r, err := measure.NewRatio(n, measure.Thousandths)
	if err != nil {
		panic("world: malformed pack: " + s)
	}
	return measure.Pack{Unit: unit, Factor: r}
}

func known(m map[string]int, key string) int {
	i, ok := m[key]
	if !ok {
		panic("world: unknown supplier: " + key)
	}
	return i
}

func whole(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic("world: not a whole number: " + s)
	}
	return n
}

func decimal(s string) float64 {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic("world: not a number: " + s)
	}
	return x
}

func yuan(s string) money.Amount { return money.Amount(whole(s) * 100) }

// shopBarcode is an EAN-13 that GS1 keeps free for use inside a shop (it
// begins with 2), so that it can never be a real article's.
func shopBarcode(code string) string {
	digits := "20" + code + "000000"
	sum := 0
	for i, r := range digits {
		weight := 1 + 2*(i%2)
		sum += weight * int(r-'0')
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}
