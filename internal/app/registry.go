package app

import (
	"buhuo/internal/account/accountweb"
	"buhuo/internal/catalog/catalogweb"
	"buhuo/internal/enquiry/enquiryweb"
	"buhuo/internal/insight/insightweb"
	"buhuo/internal/joint/jointweb"
	"buhuo/internal/pool/poolweb"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
	"buhuo/internal/purchase/format/csv"
	"buhuo/internal/purchase/format/html"
	"buhuo/internal/purchase/format/json"
	"buhuo/internal/purchase/format/message"
	"buhuo/internal/purchase/format/pdf"
	"buhuo/internal/purchase/format/png"
	"buhuo/internal/purchase/format/ubl"
	"buhuo/internal/purchase/format/xlsx"
	"buhuo/internal/purchase/purchaseweb"
	"buhuo/internal/restock/restockweb"
	"buhuo/internal/sales"
	"buhuo/internal/sales/salesweb"
	"buhuo/internal/sales/source/generic"
	"buhuo/internal/shop/shopweb"
	"buhuo/internal/stock/stockweb"
	"buhuo/internal/trade/tradeweb"
	"buhuo/internal/web"
)

// sources is THE list of systems that files can come from. A new one is a folder
// in internal/sales/source and a line here.
func sources() []sales.Source {
	return []sales.Source{
		generic.New(),
	}
}

// formats is THE list of formats in which an order leaves the house, in the order in
// which people are offered them. A new one is a folder in internal/purchase/format
// and a line here.
func formats() []purchase.Format {
	return []purchase.Format{
		pdf.New(),
		html.New(),
		png.New(),
		message.New(),
		xlsx.New(),
		csv.New(),
		ubl.New(),
		json.New(),
	}
}

// drawCode is the QR code of an address as an SVG path, and how many modules wide it is.
func drawCode(address string) (path string, size int, err error) {
	code, err := format.NewCode(address)
	return code.Path(), len(code), err
}

// pages is a room with routes.
type pages interface{ Routes(e *web.Engine) }

// rooms is THE list of rooms that people visit. A new one is a folder
// internal/<area>/<area>web and a line here.
func (a *App) rooms(people *shopweb.Handlers) []pages {
	between := tradeweb.New(a.Trade, a.Catalog, a.Shop).Draw(drawCode)
	return []pages{
		people,
		catalogweb.New(a.Catalog, a.Shop).Measure(a.Restock).Judge(a.Scores),
		stockweb.New(a.Stock, a.Catalog, a.Shop, a.Shop),
		salesweb.New(a.Sales, a.Catalog, a.Shop).Lend(a.Account),
		accountweb.New(a.Account),
		purchaseweb.New(a.Purchase, formats()).Expect(a.Restock).Name(a.Shop),
		insightweb.New(a.Insight, a.Catalog, a.Sales, a.Shop, a.Account, a.Pool).Tell(a.Teller),
		poolweb.New(a.Pool),
		enquiryweb.New(a.Enquiry, a.Catalog, a.Purchase, a.Shop, a.Restock),
		between,
		jointweb.New(a.Joint, a.Shop),
		restockweb.New(a.Restock, a.pages, a.Catalog, a.Stock, a.Shop).Attend(a.Purchase).Receive(a.Trade).Ask(a.Enquiry).Show(between).Gather(a.Joint),
	}
}
