-- Order templates, and when goods were made.

-- +goose Up

-- A list of goods to order again and again, or every season, by the name that people gave
-- it; from several suppliers if they like.
CREATE TABLE order_patterns (
	shop_id    {{.Int}} NOT NULL,
	id         {{.Blob}} NOT NULL,
	name       {{.Text}} NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
	changed_at {{.Int}} NOT NULL,
	person_id  {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, id),
	UNIQUE (shop_id, name),
	FOREIGN KEY (shop_id) REFERENCES shops (shop_id)
){{.StrictNoRowid}};

-- Quantities in thousandths of the product's base unit.
CREATE TABLE order_pattern_lines (
	shop_id     {{.Int}} NOT NULL,
	pattern_id  {{.Blob}} NOT NULL,
	line        {{.Int}} NOT NULL CHECK (line > 0),
	supplier_id {{.Blob}} NOT NULL,
	product_id  {{.Blob}} NOT NULL,
	quantity    {{.Int}} NOT NULL CHECK (quantity > 0),
	PRIMARY KEY (shop_id, pattern_id, line),
	UNIQUE (shop_id, pattern_id, supplier_id, product_id),
	FOREIGN KEY (shop_id, pattern_id) REFERENCES order_patterns (shop_id, id),
	FOREIGN KEY (shop_id, supplier_id) REFERENCES suppliers (shop_id, id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};

{{.RowSecurity "order_patterns" "order_pattern_lines"}}

-- The day of production, as deliveries say it and lots keep it.
ALTER TABLE receipt_lines ADD COLUMN produced {{.Int}};
ALTER TABLE lots ADD COLUMN produced {{.Int}};
