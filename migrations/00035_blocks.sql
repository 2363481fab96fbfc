-- What the boards read lies in few large rows: a board reads hundreds, not tens of
-- thousands.

-- +goose Up

-- What the products of one part of a shop (by the end of their ids) did in a month
-- (year * 12 + months over): day by day, through which channel, to which province, from
-- which supplier, at what hour; packed as in package insight. It leads with the month,
-- because a board reads all products of some months. rev grows with every write in a shop,
-- so that a process that has blocks at hand reads those that are newer. Derived: folded
-- from the ledger.
CREATE TABLE insight_blocks (
	shop_id {{.Int}} NOT NULL,
	month   {{.Int}} NOT NULL,
	part    {{.Int}} NOT NULL,
	rev     {{.Int}} NOT NULL,
	packed  {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, month, part),
	FOREIGN KEY (shop_id) REFERENCES shops (shop_id)
){{.StrictNoRowid}};

CREATE INDEX insight_blocks_rev ON insight_blocks (shop_id, rev);

{{.RowSecurity "insight_blocks"}}

DROP TABLE insight_years;

-- It is folded at the next start: every product is marked changed from its beginning.
INSERT INTO changed (shop_id, product_id, from_day, marked_at, mark)
	SELECT shop_id, id, 0, 0, 1 FROM products WHERE true
	ON CONFLICT (shop_id, product_id) DO UPDATE SET from_day = 0, mark = changed.mark + 1;
