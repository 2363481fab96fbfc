-- How online sales travel to their buyers.

-- +goose Up

-- Days are the shop's; NULL: not known. promised is the day that the buyer was told.
CREATE TABLE parcels (
	shop_id    {{.Int}} NOT NULL,
	sale_id    {{.Blob}} NOT NULL,
	dispatched {{.Int}},
	promised   {{.Int}},
	delivered  {{.Int}},
	PRIMARY KEY (shop_id, sale_id),
	FOREIGN KEY (shop_id, sale_id) REFERENCES sales (shop_id, id),
	CHECK (dispatched IS NULL OR delivered IS NULL OR delivered >= dispatched)
){{.StrictNoRowid}};
CREATE INDEX parcels_delivered ON parcels (shop_id, delivered, dispatched, promised);

{{.RowSecurity "parcels"}}
