package format

import (
	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
)

// ColumnName is what people call a column of purchase.Columns, in the document's
// language.
func ColumnName(d purchase.Document, column string) string {
	lang, ok := i18n.ParseLang(d.Language)
	if !ok {
		lang = i18n.ZhHans
	}
	return i18n.For(lang).T(ColumnKey(column))
}

// ColumnKey is the message that names a column, or a cell of purchase.OrderCells.
func ColumnKey(name string) string {
	switch name {
	case "line":
		return "purchase.doc.line"
	case "product_code":
		return "purchase.doc.code"
	case "supplier_code":
		return "purchase.doc.supplier_code"
	case "product_name":
		return "purchase.doc.product"
	case "quantity":
		return "purchase.doc.quantity"
	case "unit":
		return "purchase.doc.unit"
	case "unit_price":
		return "purchase.doc.price"
	case "line_total":
		return "purchase.doc.line_total"
	case "order_date":
		return "purchase.doc.ordered"
	case "due_date":
		return "purchase.doc.due"
	case "shop":
		return "purchase.doc.buyer"
	case "supplier":
		return "purchase.doc.supplier"
	case "payable":
		return "purchase.doc.payable"
	}
	return "purchase.doc.number"
}
