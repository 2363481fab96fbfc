package catalogweb

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/web"
	catalogview "buhuo/views/catalog"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

func (h *Handlers) newProduct(c *gin.Context) error {
	unit, err := h.showUnit(c.Request.Context(), "kg")
	if err != nil {
		return err
	}
	known := url.Values{"base_unit": {unit}, "name": {web.QueryOf(c).String("name", catalog.MaxName)}}
	return h.productPage(c, http.StatusOK, nil, known)
}

func (h *Handlers) createProduct(c *gin.Context) error {
	f := web.FormOf(c)
	d := readProduct(f)
	d.ID, _ = f.IDOpt("client_id")
	err := f.Err()
	var p catalog.Product
	if err == nil {
		p, err = h.catalog.Create(c.Request.Context(), d)
	}
	if status := refusal(f, err); status != 0 {
		return h.productPage(c, status, nil, nil)
	}
	if err != nil {
		return err
	}
	return saved(c, p.ID, d)
}

// saved leads to the product; a barcode that does not add up is saved all the same,
// with a word of warning.
func saved(c *gin.Context, id ident.ID, d catalog.Draft) error {
	suspect := 0
	for _, b := range d.Barcodes {
		if cleaned, err := catalog.CleanBarcode(b); err == nil && catalog.SuspectBarcode(cleaned) {
			suspect++
		}
	}
	if suspect > 0 {
		web.Flash(c, web.Warn, "catalog.flash_barcode_suspect", suspect)
	} else {
		web.Flash(c, web.Good, "catalog.flash_product_saved")
	}
	return web.Redirect(c, "/products/"+id.String())
}

func (h *Handlers) editProduct(c *gin.Context) error {
	p, err := h.product(c)
	if err != nil {
		return err
	}
	show, err := h.showUnit(c.Request.Context(), p.BaseUnit)
	if err != nil {
		return err
	}
	return h.productPage(c, http.StatusOK, &p, knownProduct(p, show))
}

func (h *Handlers) product(c *gin.Context) (catalog.Product, error) {
	id, err := web.PathID(c, "id")
	if err != nil {
		return catalog.Product{}, err
	}
	return h.catalog.Product(c.Request.Context(), id)
}

func (h *Handlers) updateProduct(c *gin.Context) error {
	p, err := h.product(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	version := f.Int("version", 1, 1<<30)
	d := readProduct(f)
	if err = f.Err(); err == nil {
		err = h.catalog.Update(c.Request.Context(), p.ID, int64(version), d)
	}
	if status := refusal(f, err); status != 0 {
		return h.productPage(c, status, &p, nil)
	}
	if err != nil {
		return err
	}
	return saved(c, p.ID, d)
}

func (h *Handlers) archiveProduct(c *gin.Context) error {
	p, err := h.product(c)
	if err != nil {
		return err
	}
	archived := web.FormOf(c).Checked("archived")
	if err := h.catalog.Archive(c.Request.Context(), p.ID, archived); err != nil {
		return err
	}
	if archived {
		web.Flash(c, web.Good, "catalog.flash_product_archived")
	} else {
		web.Flash(c, web.Good, "catalog.flash_product_back")
	}
	return web.Redirect(c, "/products/"+p.ID.String())
}

// readProduct reads the form: one unit, chosen first, in which the price, the bounds
// and the contents of packs are typed; goods weighed in jin are kept in kilograms.
func readProduct(f *web.Values) catalog.Draft {
	d := catalog.Draft{
		Name: f.Required("name", catalog.MaxName), Code: f.String("code", catalog.MaxCode),
		Category: f.String("category", catalog.MaxCategory), Origin: f.String("origin", catalog.MaxLabel),
		Producer: f.String("producer", catalog.MaxLabel), Shelf: f.String("shelf", catalog.MaxLabel),
		Substitutes: f.String("substitutes", catalog.MaxLabel),
		TaxRate:     percent(f, "tax_rate"), LossRate: percent(f, "loss_rate"),
	}
	d.ShelfLifeDays, _ = f.IntOpt("shelf_life", 0, catalog.MaxShelfLife)
	d.Barcodes = strings.FieldsFunc(f.Text("barcodes", 4000), func(r rune) bool { return strings.ContainsRune("\n,，;；、", r) })
	unit, ok := measure.UnitByCode(f.Choice("base_unit", allUnits()...))
	if !ok {
		return d
	}
	base := catalog.BaseUnitFor(unit)
	factor, _ := unit.FactorTo(base)
	d.BaseUnit = base.Code
	if price, ok := f.PriceOpt("sale_price"); ok {
		d.SalePrice = perBase(f, "sale_price", price, factor)
	}
	d.Minimum, d.Maximum = bound(f, "minimum", factor), bound(f, "maximum", factor)
	for _, r := range f.Rows("pack_unit", "pack_content") {
		if pack, ok := readPack(r, factor); ok {
			d.Packs = append(d.Packs, pack)
		}
	}
	return d
}

func perBase(f *web.Values, name string, typed money.Price, factor measure.Ratio) money.Price {
	p, err := money.PerBase(typed, factor)
	if err != nil {
		f.Add(name, err)
	}
	return p
}

func bound(f *web.Values, name string, factor measure.Ratio) *measure.Quantity {
	typed, ok := f.QuantityOpt(name)
	if !ok {
		return nil
	}
	q, err := measure.Convert(typed, factor)
	if err != nil {
		f.Add(name, err)
		return nil
	}
	return &q
}

// readPack reads one row; an empty row says nothing, half a row is asked about.
func readPack(r *web.Values, factor measure.Ratio) (measure.Pack, bool) {
	if !r.Has("pack_unit") && !r.Has("pack_content") {
		return measure.Pack{}, false
	}
	unit, content := r.Choice("pack_unit", packUnits()...), r.Quantity("pack_content")
	if unit == "" || r.Problem("pack_content") != nil {
		return measure.Pack{}, false
	}
	pack, err := packOf(unit, int64(content), factor)
	if err == nil {
		_, err = pack.Size()
	}
	if err != nil {
		r.Add("pack_content", err)
		return measure.Pack{}, false
	}
	return pack, true
}

func knownProduct(p catalog.Product, show string) url.Values {
	var quantities []measure.Quantity
	for _, q := range []*measure.Quantity{p.Minimum, p.Maximum} {
		if q != nil {
			quantities = append(quantities, *q)
		}
	}
	for _, pack := range p.Packs {
		if size, err := pack.Size(); err == nil {
			quantities = append(quantities, size)
		}
	}
	u := count(p, []money.Price{p.SalePrice}, quantities, show)
	v := url.Values{
		"name": {p.Name}, "code": {p.Code}, "category": {p.Category}, "barcodes": {strings.Join(p.Barcodes, "\n")},
		"base_unit": {u.unit}, "origin": {p.Origin}, "producer": {p.Producer}, "shelf": {p.Shelf}, "substitutes": {p.Substitutes},
		"tax_rate": {percentText(p.TaxRate)}, "loss_rate": {percentText(p.LossRate)}, "version": {strconv.FormatInt(p.Version, 10)},
	}
	if p.SalePrice != 0 {
		v.Set("sale_price", u.price(p.SalePrice))
	}
	if p.ShelfLifeDays != 0 {
		v.Set("shelf_life", strconv.Itoa(p.ShelfLifeDays))
	}
	for name, q := range map[string]*measure.Quantity{"minimum": p.Minimum, "maximum": p.Maximum} {
		if q != nil {
			v.Set(name, u.quantity(*q))
		}
	}
	for _, pack := range p.Packs {
		size, err := pack.Size()
		if err != nil {
			continue
		}
		v.Add("pack_unit", pack.Unit)
		v.Add("pack_content", u.quantity(size))
	}
	return v
}

// productPage shows the form: p is nil for a new product, known nil after a refusal.
func (h *Handlers) productPage(c *gin.Context, status int, p *catalog.Product, known url.Values) error {
	categories, err := h.catalog.Categories(c.Request.Context())
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	a := answers{web.FormOf(c), known}
	m := catalogview.ProductForm{
		Client: client(c, chrome.Client), Version: a.value("version"),
		Name: a.field("name", t.T("catalog.name")), Code: a.field("code", t.T("catalog.code")),
		Category: a.field("category", t.T("catalog.category")), Barcodes: a.field("barcodes", t.T("catalog.barcodes")),
		Unit:  a.choice("base_unit", t.T("catalog.unit"), unitOptions(t, allUnits())),
		Price: a.number("sale_price", t.T("catalog.sale_price")), Tax: a.number("tax_rate", t.T("catalog.tax_rate")),
		ShelfLife: a.number("shelf_life", t.T("catalog.shelf_life")), Loss: a.number("loss_rate", t.T("catalog.loss_rate")),
		Minimum: a.number("minimum", t.T("catalog.minimum")), Maximum: a.number("maximum", t.T("catalog.maximum")),
		Origin: a.field("origin", t.T("catalog.origin")), Producer: a.field("producer", t.T("catalog.producer")),
		Shelf: a.field("shelf", t.T("catalog.shelf")), Substitutes: a.field("substitutes", t.T("catalog.substitutes")), PacksWrong: a.form.Sentence("packs"),
	}
	for _, category := range categories {
		m.Category.List = append(m.Category.List, ui.Option{Value: category.Name})
	}
	if m.Substitutes.List, err = h.groups(c); err != nil {
		return err
	}
	for _, row := range a.rows("pack_unit", "pack_content") {
		m.Packs = append(m.Packs, packRow(t.T("catalog.pack_unit"), t.T("catalog.pack_content"), row, packOptions(t)))
	}
	chrome.Active, chrome.Title = layout.Stock, t.T("catalog.new_product")
	chrome.Back = ui.Link{Href: "/products", Text: t.T("catalog.products")}
	m.Action = "/products/new"
	if scope, ok := web.Scope(c); ok {
		m.Price.Unit = scope.Currency.Code
	}
	if p != nil {
		chrome.Title = t.T("catalog.edit_product")
		chrome.Back = ui.Link{Href: "/products/" + p.ID.String(), Text: p.Name}
		m.Action, m.Archive = "/products/"+p.ID.String()+"/edit", "/products/"+p.ID.String()+"/archive"
		m.Archived = p.Archived
		m.Merge = ui.Link{Href: "/products/" + p.ID.String() + "/merge", Text: t.T("catalog.merge"), Icon: "tag", Kind: ui.Quiet}
		if p.MergedInto != nil { // it goes on as another one and does not come back
			m.Archive = ""
		}
		if status == http.StatusConflict {
			m.Version = strconv.FormatInt(p.Version, 10)
		}
	}
	m.Chrome = chrome
	return web.Render(c, status, catalogview.Product(m))
}

// groups are the groups of substitutes that there are, to be chosen from.
func (h *Handlers) groups(c *gin.Context) ([]ui.Option, error) {
	groups, err := h.catalog.Groups(c.Request.Context())
	if err != nil {
		return nil, err
	}
	var list []ui.Option
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		list = append(list, ui.Option{Value: name})
	}
	return list, nil
}

// packRow makes a word for the pack and a number out of a row's two fields.
func packRow(unitLabel, contentLabel string, row []ui.FieldModel, options []ui.Option) catalogview.PackRow {
	for i := range options {
		options[i].Selected = options[i].Value == row[0].Value
	}
	content := row[1]
	content.Label, content.Mode, content.Short = contentLabel, "decimal", true
	return catalogview.PackRow{
		Unit:    ui.SelectModel{ID: row[0].ID, Name: row[0].Name, Label: unitLabel, Error: row[0].Error, Options: options},
		Content: content,
	}
}
