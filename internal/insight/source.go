package insight

import (
	"buhuo/internal/ident"
	"buhuo/internal/sales"
)

// Source is where income comes from. Each sale has one: what was harvested or made here
// counts as such however it is sold, the rest by its channel.
type Source uint8

// The sources; zero is any.
const (
	FromCounter Source = iota + 1
	FromOnline
	FromWholesale  // to other shops and resellers
	FromProcessing // goods made here, and work for others for a fee
	FromHarvest
	sources
)

var sourceNames = [sources]string{"", "counter", "online", "wholesale", "processing", "harvest"}

// String is the source in one word.
func (s Source) String() string { return sourceNames[s] }

// Sources lists them.
func Sources() []Source {
	return []Source{FromCounter, FromOnline, FromWholesale, FromProcessing, FromHarvest}
}

// OwnHarvest and OwnMade stand in Place for the supplier of lots that came from the shop's
// own harvest and out of its own processing.
var (
	OwnHarvest = ident.MustParse("6f1d0a52-44c8-5b0e-8a55-0c6b9f1e7a01")
	OwnMade    = ident.MustParse("6f1d0a52-44c8-5b0e-8a55-0c6b9f1e7a02")
)

// source tells where the income of a sale comes from.
func source(p Place, channels map[ident.ID]sales.Channel) Source {
	switch p.Supplier {
	case OwnHarvest:
		return FromHarvest
	case OwnMade:
		return FromProcessing
	}
	switch c := channels[p.Channel]; {
	case c.Code == sales.ShopsCode || c.Code == sales.WholesaleCode:
		return FromWholesale
	case c.Code == sales.ProcessingCode:
		return FromProcessing
	case c.Online:
		return FromOnline
	}
	return FromCounter
}

// Income is what came from a source.
type Income struct {
	Source    Source
	Now, Then Tally
}
