// Package generic reads any table whose columns are named in Chinese, English or
// French: the source for shops whose system has no folder of its own. It knows
// words for columns and nothing of what is done with them.
package generic

import (
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/sales/source"
)

// Source implements sales.Source.
type Source struct{}

// New makes the source.
func New() Source { return Source{} }

var _ sales.Source = Source{}

// Name is the code of the source.
func (Source) Name() string { return "csv" }

// Detect takes every file: the source stands last in the list, and its sentences
// say what is wrong with one that is no table.
func (Source) Detect([]byte) bool { return true }

// The words for a column, in normal form: lower case, no spaces, no brackets.
var (
	itemNames     = words("item 商品 品项 单品 article produit product")
	codeNames     = words("code productcode itemcode sku 编码 编号 货号 商品编码 商品编号 单品编码 商品代码 商家编码 codearticle codeproduit référence reference")
	nameNames     = words("name productname itemname 名称 品名 商品名称 商品名 单品名称 nom désignation designation libellé libelle")
	barcodeNames  = words("barcode ean gtin upc 条码 条形码 商品条码 国际条码 codebarres codebarre")
	categoryNames = words("category group 分类 类别 品类 分类名称 商品分类 catégorie categorie famille rayon")
	unitNames     = words("unit uom 单位 计量单位 销售单位 unité unite")
	lossNames     = words("losspercent loss lossrate 损耗率 损耗 平均损耗率 perte tauxdeperte")
	priceNames    = words("price saleprice unitprice sellingprice 售价 单价 零售价 销售单价 销售价 价格 prix prixdevente prixunitaire")
	totalNames    = words("amount total linetotal netsales sales 金额 销售额 小计 实收 实收金额 montant totalttc ventes")
	costNames     = words("cost purchaseprice wholesale wholesaleprice 成本 进价 进货价 批发价 批发价格 成本价 采购价 coût cout prixdachat")
	dateNames     = words("date day salesdate saledate datetime 日期 销售日期 销售时间 时间 交易时间 jour datedevente")
	timeNames     = words("time hour 时刻 扫码销售时间 heure")
	quantityNames = words("quantity qty 数量 销量 销售数量 件数 库存 库存数量 现有库存 onhand stock instock quantité quantite qté qte")
	promoNames    = words("promo promotion discounted 促销 是否打折销售 是否促销 soldes enpromotion")
	expiryNames   = words("expiry expires expirydate bestbefore 到期日 保质期至 有效期至 过期日 péremption peremption dlc ddm dateprélimite")
	lotNames      = words("lot batch lotnumber 批次 批号 lotn°")
	shelfLife     = words("shelflife shelflifedays 保质期 保质期天数 duréedeconservation dureedeconservation")
	originNames   = words("origin 产地 origine")
	producerNames = words("producer manufacturer brand 生产商 厂家 品牌 生产厂家 producteur fabricant marque")
	taxNames      = words("taxrate tax vat 税率 tva tauxdetva")
	shelfNames    = words("shelf 货架 架位 étagère etagere")
)

func words(list string) []string { return strings.Fields(list) }

// Products reads a list of products. An item column names the product when there
// is no name column, else it is the code.
func (Source) Products(body []byte) (sales.Rows[sales.ProductRow], error) {
	var out sales.Rows[sales.ProductRow]
	t, err := source.Open(body)
	if err != nil {
		return out, err
	}
	item, code, name := t.Column(itemNames...), t.Column(codeNames...), t.Column(nameNames...)
	switch {
	case name < 0:
		name = item
	case code < 0:
		code = item
	}
	if t.Column(dateNames...) >= 0 && t.Column(quantityNames...) >= 0 {
		return out, wrong("sales.import_looks_like_sales")
	}
	if name < 0 {
		return out, missing(t, column{name, "item"})
	}
	c := productColumns{
		code: code, name: name, barcode: t.Column(barcodeNames...), category: t.Column(categoryNames...), unit: t.Column(unitNames...),
		loss: t.Column(lossNames...), price: t.Column(priceNames...), life: t.Column(shelfLife...), origin: t.Column(originNames...),
		producer: t.Column(producerNames...), tax: t.Column(taxNames...), shelf: t.Column(shelfNames...),
	}
	err = each(t, &out, c.row)
	return out, err
}

// each reads every line with row and files it as good or refused.
func each[R any](t *source.Table, out *sales.Rows[R], row func(source.Record) (R, *fault.Error)) error {
	for {
		r, ok := t.Next()
		if !ok {
			return nil
		}
		if out.Read++; out.Read > sales.MaxImportRows {
			return fault.New(fault.TooLarge, "sales.import_too_many_rows", fault.A("n", sales.MaxImportRows)).WithField("file")
		}
		f := r.Fault
		if f == nil {
			var good R
			if good, f = row(r); f == nil {
				out.Good = append(out.Good, good)
				continue
			}
		}
		out.Refused = append(out.Refused, sales.LineError{Line: r.Line, Key: f.Key, Args: f.Args})
	}
}

func wrong(key string, args ...fault.Arg) *fault.Error {
	return fault.New(fault.Invalid, key, args...).WithField("file")
}

type column struct {
	at   int
	name string
}

// missing says which columns a file lacks and which it has.
func missing(t *source.Table, wanted ...column) *fault.Error {
	var lack []string
	for _, c := range wanted {
		if c.at < 0 {
			lack = append(lack, c.name)
		}
	}
	return wrong("sales.import_columns_missing", fault.A("columns", strings.Join(lack, ", ")),
		fault.A("found", source.Clip(strings.Join(t.Header[:min(len(t.Header), 12)], ", "))))
}

type productColumns struct {
	code, name, barcode, category, unit, loss, price, life, origin, producer, tax, shelf int
}

func (c productColumns) row(r source.Record) (sales.ProductRow, *fault.Error) {
	p := sales.ProductRow{Line: r.Line}
	var x reader
	p.Name = x.text(r.Cell(c.name))
	p.Code = x.code(r.Cell(c.code))
	p.Category, p.Origin, p.Producer, p.Shelf = x.text(r.Cell(c.category)), x.text(r.Cell(c.origin)), x.text(r.Cell(c.producer)), x.text(r.Cell(c.shelf))
	for _, b := range strings.FieldsFunc(r.Cell(c.barcode), func(r rune) bool { return r == ' ' || r == '/' || r == ';' || r == '|' }) {
		p.Barcodes = append(p.Barcodes, x.code(b))
	}
	p.Unit = x.unit(r.Cell(c.unit))
	p.Price = x.price(r.Cell(c.price))
	p.LossRate, p.TaxRate = x.percent(r.Cell(c.loss)), x.percent(r.Cell(c.tax))
	p.ShelfLifeDays = x.days(r.Cell(c.life))
	return p, x.fault
}

// Sales reads what was sold on which day.
func (Source) Sales(body []byte) (sales.Rows[sales.SaleRow], error) {
	var out sales.Rows[sales.SaleRow]
	t, err := source.Open(body)
	if err != nil {
		return out, err
	}
	c := saleColumns{
		items: itemColumns(t), date: t.Column(dateNames...), time: t.Column(timeNames...), quantity: t.Column(quantityNames...),
		unit: t.Column(unitNames...), price: t.Column(priceNames...), total: t.Column(totalNames...), cost: t.Column(costNames...),
		promo: t.Column(promoNames...),
	}
	if c.date < 0 && (t.Column(unitNames...) >= 0 || t.Column(categoryNames...) >= 0) && len(c.items) > 0 {
		return out, wrong("sales.import_looks_like_products")
	}
	if len(c.items) == 0 || c.date < 0 || c.quantity < 0 {
		return out, missing(t, column{first(c.items), "item"}, column{c.date, "date"}, column{c.quantity, "quantity"})
	}
	err = each(t, &out, c.row)
	return out, err
}

// itemColumns are the columns that may say which product is meant, the surest
// first.
func itemColumns(t *source.Table) []int {
	var at []int
	for _, names := range [][]string{codeNames, itemNames, barcodeNames, nameNames} {
		if i := t.Column(names...); i >= 0 {
			at = append(at, i)
		}
	}
	return at
}

func first(columns []int) int {
	if len(columns) == 0 {
		return -1
	}
	return columns[0]
}

type saleColumns struct {
	items                                                 []int
	date, time, quantity, unit, price, total, cost, promo int
}

func (c saleColumns) row(r source.Record) (sales.SaleRow, *fault.Error) {
	s := sales.SaleRow{Line: r.Line}
	var x reader
	s.Item = x.item(r, c.items)
	s.Day, s.Minute = x.moment(r.Cell(c.date), r.Cell(c.time))
	s.Quantity = x.quantity(r.Cell(c.quantity))
	if unit := r.Cell(c.unit); unit != "" {
		s.Unit = x.unit(unit).Code
	}
	s.Price, s.Total, s.Cost = x.price(r.Cell(c.price)), x.price(r.Cell(c.total)), x.price(r.Cell(c.cost))
	s.Promo = yes(r.Cell(c.promo))
	return s, x.fault
}

// Stock reads what is on the shelf.
func (Source) Stock(body []byte) (sales.Rows[sales.StockRow], error) {
	var out sales.Rows[sales.StockRow]
	t, err := source.Open(body)
	if err != nil {
		return out, err
	}
	c := stockColumns{
		items: itemColumns(t), quantity: t.Column(quantityNames...), unit: t.Column(unitNames...), cost: t.Column(costNames...),
		expiry: t.Column(expiryNames...), lot: t.Column(lotNames...),
	}
	if t.Column(dateNames...) >= 0 && c.quantity >= 0 && c.expiry < 0 {
		return out, wrong("sales.import_looks_like_sales")
	}
	if len(c.items) == 0 || c.quantity < 0 {
		return out, missing(t, column{first(c.items), "item"}, column{c.quantity, "quantity"})
	}
	err = each(t, &out, c.row)
	return out, err
}

type stockColumns struct {
	items                             []int
	quantity, unit, cost, expiry, lot int
}

func (c stockColumns) row(r source.Record) (sales.StockRow, *fault.Error) {
	s := sales.StockRow{Line: r.Line}
	var x reader
	s.Item = x.item(r, c.items)
	s.Quantity = x.quantity(r.Cell(c.quantity))
	if unit := r.Cell(c.unit); unit != "" {
		s.Unit = x.unit(unit).Code
	}
	s.Cost, s.Lot = x.price(r.Cell(c.cost)), x.text(r.Cell(c.lot))
	if e := r.Cell(c.expiry); e != "" {
		d, err := day.Parse(e)
		x.note(err)
		s.Expiry = &d
	}
	return s, x.fault
}

// reader reads the cells of one line and keeps the first thing that is wrong.
type reader struct{ fault *fault.Error }

func (x *reader) note(err error) {
	if x.fault != nil || err == nil {
		return
	}
	if e, ok := fault.As(err); ok {
		x.fault = e
		return
	}
	x.fault = fault.New(fault.Invalid, "value.not_a_number").WithCause(err)
}

func (x *reader) text(s string) string {
	s, f := source.TextCell(s)
	if f != nil {
		x.note(f)
	}
	return s
}

func (x *reader) code(s string) string {
	s, f := source.CodeCell(s)
	if f != nil {
		x.note(f)
	}
	return s
}

func (x *reader) item(r source.Record, columns []int) string {
	for _, c := range columns {
		if s := x.code(r.Cell(c)); s != "" {
			return s
		}
	}
	x.note(fault.New(fault.Invalid, "sales.import_item_empty"))
	return ""
}

func (x *reader) quantity(s string) int64 {
	n, err := measure.ParseDecimal(s)
	x.note(err)
	return n
}

func (x *reader) price(s string) *money.Price {
	if s == "" {
		return nil
	}
	p, err := money.ParsePrice(bare(s))
	x.note(err)
	return &p
}

// bare is an amount without the currency's sign, which says nothing new in a file
// of one shop.
func bare(s string) string {
	s = strings.TrimSpace(measure.Fold(s))
	for _, sign := range []string{"¥", "￥", "€", "$", "元", "CNY", "RMB", "EUR"} {
		s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, sign), sign))
	}
	return s
}

// unit reads a unit; nothing means pieces.
func (x *reader) unit(s string) measure.Unit {
	if s == "" {
		s = "piece"
	}
	u, err := measure.ParseUnit(s)
	x.note(err)
	return u
}

// percent reads "4.39" or "4.39%" as basis points, rounded.
func (x *reader) percent(s string) int {
	s = strings.TrimSpace(strings.TrimSuffix(measure.Fold(s), "%"))
	if s == "" {
		return 0
	}
	n, err := measure.ParseFixed(s, 4, 1_000_000)
	x.note(err)
	return int((n + 50) / 100)
}

// days reads "30", "30天", "30 days", "30 jours".
func (x *reader) days(s string) int {
	s = strings.ToLower(strings.TrimSpace(measure.Fold(s)))
	for _, word := range []string{"天", "日", "days", "day", "jours", "jour"} {
		s = strings.TrimSpace(strings.TrimSuffix(s, word))
	}
	if s == "" {
		return 0
	}
	n, err := measure.ParseFixed(s, 0, 36500)
	x.note(err)
	return int(n)
}

// moment reads a day with or without a time of day behind it.
func (x *reader) moment(date, clock string) (day.Date, int) {
	if d, rest, ok := strings.Cut(strings.Replace(date, "T", " ", 1), " "); ok && strings.Contains(rest, ":") {
		date, clock = d, rest
	}
	d, err := day.Parse(date)
	x.note(err)
	if clock == "" {
		return d, -1
	}
	minute, ok := minuteOf(clock)
	if !ok {
		x.note(fault.New(fault.Invalid, "sales.import_time_unreadable"))
	}
	return d, minute
}

// minuteOf reads 7:05, 07:05:30 and 07:05:30.123 of a day of 24 hours.
func minuteOf(s string) (int, bool) {
	parts := strings.Split(strings.TrimSpace(measure.Fold(s)), ":")
	if len(parts) < 2 || len(parts) > 3 || len(parts[0]) > 2 || len(parts[1]) != 2 {
		return -1, false
	}
	h, err := measure.ParseFixed(parts[0], 0, 23)
	m, err2 := measure.ParseFixed(parts[1], 0, 59)
	if err != nil || err2 != nil || h < 0 || m < 0 {
		return -1, false
	}
	return int(h)*60 + int(m), true
}

func yes(s string) bool {
	switch strings.ToLower(s) {
	case "1", "true", "yes", "y", "x", "是", "促销", "oui", "o":
		return true
	}
	return false
}
