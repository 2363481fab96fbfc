-- Goods that households depend on.

-- +goose Up

-- A shop names them itself: no list of ours would fit its village.
CREATE TABLE essentials (
	shop_id    {{.Int}} NOT NULL,
	product_id {{.Blob}} NOT NULL,
	since      {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, product_id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};

{{.RowSecurity "essentials"}}
