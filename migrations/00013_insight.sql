-- What a shop tells about itself.

-- +goose Up

-- What each product did in a year: day by day, through which channel, to which
-- province, at what hour; packed as in package insight. It leads with the year, because
-- a page reads all products of one or two years. Derived: folded from the ledger.
CREATE TABLE insight_years (
	shop_id    {{.Int}} NOT NULL,
	year       {{.Int}} NOT NULL,
	product_id {{.Blob}} NOT NULL,
	packed     {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, year, product_id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};

-- What empty shelves hid of demand, as the demand kernel puts it back; packed as in
-- package restock. Derived.
CREATE TABLE missed (
	shop_id    {{.Int}} NOT NULL,
	product_id {{.Blob}} NOT NULL,
	packed     {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, product_id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};

{{.RowSecurity "insight_years" "missed"}}

-- A shop that has a past already folds it at the next start: every product is marked
-- changed from its beginning.
INSERT INTO changed (shop_id, product_id, from_day, marked_at, mark)
	SELECT shop_id, id, 0, 0, 1 FROM products WHERE true
	ON CONFLICT (shop_id, product_id) DO UPDATE SET from_day = 0, mark = changed.mark + 1;
