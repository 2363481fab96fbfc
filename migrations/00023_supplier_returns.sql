-- Goods that went back to their supplier, with what he is to credit for them. The goods
-- leave the ledger by a movement of kind supplier_return whose source is the return.
-- credited_at and credit_ref are his credit note, once it is here.

-- +goose Up

CREATE TABLE supplier_returns (
	shop_id      {{.Int}} NOT NULL,
	id           {{.Blob}} NOT NULL,
	order_id     {{.Blob}} NOT NULL,
	business_day {{.Int}} NOT NULL,
	recorded_at  {{.Int}} NOT NULL,
	person_id    {{.Blob}} NOT NULL,
	reason       {{.Text}} NOT NULL,
	credit       {{.Int}} NOT NULL CHECK (credit >= 0),
	credited_at  {{.Int}},
	credit_ref   {{.Text}} NOT NULL DEFAULT '',
	request_hash {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, id),
	FOREIGN KEY (shop_id, order_id) REFERENCES orders (shop_id, id)
){{.StrictNoRowid}};
CREATE INDEX supplier_returns_order ON supplier_returns (shop_id, order_id);

CREATE TABLE supplier_return_lines (
	shop_id    {{.Int}} NOT NULL,
	return_id  {{.Blob}} NOT NULL,
	position   {{.Int}} NOT NULL,
	order_line {{.Int}} NOT NULL,
	receipt_id {{.Blob}} NOT NULL,
	product_id {{.Blob}} NOT NULL,
	lot_id     {{.Blob}} NOT NULL,
	quantity   {{.Int}} NOT NULL CHECK (quantity > 0),
	credit     {{.Int}} NOT NULL CHECK (credit >= 0),
	PRIMARY KEY (shop_id, return_id, position),
	FOREIGN KEY (shop_id, return_id) REFERENCES supplier_returns (shop_id, id)
){{.StrictNoRowid}};

{{.RowSecurity "supplier_returns" "supplier_return_lines"}}
