-- What buying from each source saved, counted when the goods came.

-- +goose Up

-- One row a line of a delivery: what the goods cost on the shelf (as the ledger booked
-- them, net of tax, with their freight), what the cheapest wholesaler would have taken
-- for the same goods by his prices of that day, and what the order had promised.
-- reference is NULL when no other wholesaler sold the product that day.
CREATE TABLE savings (
	shop_id     {{.Int}} NOT NULL,
	receipt_id  {{.Blob}} NOT NULL,
	position    {{.Int}} NOT NULL,
	order_id    {{.Blob}} NOT NULL,
	order_line  {{.Int}} NOT NULL,
	product_id  {{.Blob}} NOT NULL,
	supplier_id {{.Blob}} NOT NULL,
	day         {{.Int}} NOT NULL,
	quantity    {{.Int}} NOT NULL CHECK (quantity > 0),
	cost        {{.Int}} NOT NULL,
	middleman_id {{.Blob}},
	reference   {{.Int}},
	estimated   {{.Int}},
	PRIMARY KEY (shop_id, receipt_id, position),
	FOREIGN KEY (shop_id, receipt_id) REFERENCES receipts (shop_id, id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id),
	FOREIGN KEY (shop_id, middleman_id) REFERENCES suppliers (shop_id, id),
	CHECK ((middleman_id IS NULL) = (reference IS NULL))
){{.StrictNoRowid}};
CREATE INDEX savings_day ON savings (shop_id, day, supplier_id, cost, reference, estimated);
CREATE INDEX savings_order ON savings (shop_id, order_id);

{{.RowSecurity "savings"}}
