package salesdb

import (
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
)

func amount(n int64) money.Amount { return money.Amount(n) }

type channelRow struct {
	ShopID     db.ShopID
	ID         ident.ID
	Code, Name string
	Online     bool
}

func (channelRow) TableName() string { return "channels" }

func fromChannel(r channelRow) sales.Channel {
	return sales.Channel{ID: r.ID, Code: r.Code, Name: r.Name, Online: r.Online}
}

type saleRow struct {
	ShopID      db.ShopID
	ID          ident.ID
	RequestHash []byte
	ChannelID   ident.ID
	Kind        string
	BusinessDay day.Date
	OccurredAt  int64
	RecordedAt  int64
	Total       money.Amount
	Lines       int
	Province    string
	CustomerKey []byte
	VoidedAt    *int64
	PersonID    ident.ID
}

func (saleRow) TableName() string { return "sales" }

func fromSale(r saleRow) sales.SaleRecord {
	return sales.SaleRecord{
		ID: r.ID, RequestHash: r.RequestHash, ChannelID: r.ChannelID, Kind: sales.Kind(r.Kind), BusinessDay: r.BusinessDay,
		OccurredAt: day.Micros(r.OccurredAt), RecordedAt: day.Micros(r.RecordedAt), Total: r.Total, Lines: r.Lines,
		Province: r.Province, CustomerKey: r.CustomerKey, VoidedAt: instant(r.VoidedAt), PersonID: r.PersonID,
	}
}

func instant(n *int64) *day.Micros {
	if n == nil {
		return nil
	}
	at := day.Micros(*n)
	return &at
}

type lineRow struct {
	ShopID      db.ShopID
	ProductID   ident.ID
	BusinessDay day.Date
	SaleID      ident.ID
	Line        int
	Minute      int
	Quantity    measure.Quantity
	Unit        string
	Price       money.Price
	Amount      money.Amount
	Promo       bool
	History     bool
	BatchID     *ident.ID
	Void        bool
}

func (lineRow) TableName() string { return "sale_lines" }

func fromLine(r lineRow) sales.LineRecord {
	return sales.LineRecord{
		ProductID: r.ProductID, BusinessDay: r.BusinessDay, SaleID: r.SaleID, Line: r.Line, Minute: r.Minute, Quantity: r.Quantity,
		Unit: r.Unit, Price: r.Price, Amount: r.Amount, Promo: r.Promo, History: r.History, BatchID: r.BatchID, Void: r.Void,
	}
}

type wishRow struct {
	ShopID      db.ShopID
	ID          ident.ID
	Text        string
	Kind        string
	ProductID   *ident.ID
	BusinessDay day.Date
	RecordedAt  int64
	PersonID    ident.ID
}

func (wishRow) TableName() string { return "wishes" }

type batchRow struct {
	ShopID      db.ShopID
	ID          ident.ID
	Number      int64
	Kind        string
	Source      string
	FileName    string
	FileHash    []byte
	State       string
	RowsRead    int
	RowsNew     int
	RowsSame    int
	RowsRefused int
	Report      string
	PersonID    ident.ID
	StartedAt   int64
	EndedAt     *int64
}

func (batchRow) TableName() string { return "import_batches" }

func toBatch(b sales.BatchRecord) batchRow {
	row := batchRow{
		ID: b.ID, Number: b.Number, Kind: string(b.Kind), Source: b.Source, FileName: b.FileName, FileHash: b.FileHash,
		State: string(b.State), RowsRead: b.Read, RowsNew: b.New, RowsSame: b.Same, RowsRefused: b.Refused, Report: b.Report,
		PersonID: b.PersonID, StartedAt: int64(b.StartedAt),
	}
	if b.EndedAt != nil {
		at := int64(*b.EndedAt)
		row.EndedAt = &at
	}
	return row
}

func fromBatch(r batchRow) sales.BatchRecord {
	return sales.BatchRecord{
		ID: r.ID, Number: r.Number, Kind: sales.ImportKind(r.Kind), Source: r.Source, FileName: r.FileName, FileHash: r.FileHash,
		State: sales.BatchState(r.State), Read: r.RowsRead, New: r.RowsNew, Same: r.RowsSame, Refused: r.RowsRefused,
		Report: r.Report, PersonID: r.PersonID, StartedAt: day.Micros(r.StartedAt), EndedAt: instant(r.EndedAt),
	}
}
