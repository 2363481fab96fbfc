package insight

import (
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
)

// Age is what is left of one lot.
type Age struct {
	ProductID ident.ID
	Quantity  measure.Quantity
	Received  *day.Micros // nil: nobody received it
	Expiry    *day.Date
}
