-- The papers that a supplier wants of us.

-- +goose Up

-- columns are those of his CSV in his order, by name with commas; empty: ours.
-- template is his own workbook, NULL without one, and places says where in it our
-- order goes: "product_name=B quantity=D first=9 …".
CREATE TABLE supplier_papers (
	shop_id       {{.Int}} NOT NULL,
	supplier_id   {{.Blob}} NOT NULL,
	columns       {{.Text}} NOT NULL,
	template      {{.Blob}},
	template_name {{.Text}} NOT NULL,
	places        {{.Text}} NOT NULL,
	PRIMARY KEY (shop_id, supplier_id),
	FOREIGN KEY (shop_id, supplier_id) REFERENCES suppliers (shop_id, id)
){{.Strict}};

{{.RowSecurity "supplier_papers"}}
