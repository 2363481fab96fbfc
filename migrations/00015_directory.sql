-- The directory of the installation: what shops that produce offer to the other shops.

-- +goose Up

-- What a shop tells of itself. Other shops read the row while it is open.
CREATE TABLE producers (
	shop_id            {{.Int}} NOT NULL PRIMARY KEY REFERENCES shops (shop_id),
	name               {{.Text}} NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
	kind               {{.Text}} NOT NULL CHECK (kind IN ('manufacturer', 'farmer', 'wholesaler', 'other')),
	province           {{.Text}} NOT NULL,
	about              {{.Text}} NOT NULL,
	contact            {{.Text}} NOT NULL,
	phone              {{.Text}} NOT NULL,
	currency           {{.Text}} NOT NULL,
	prices_include_tax {{.Bool}} NOT NULL,
	minimum_order      {{.Int}} NOT NULL CHECK (minimum_order >= 0),
	freight            {{.Int}} NOT NULL CHECK (freight >= 0),
	free_freight_from  {{.Int}} CHECK (free_freight_from >= 0),
	lead_time_days     {{.Int}} NOT NULL CHECK (lead_time_days BETWEEN 0 AND 365),
	open               {{.Bool}} NOT NULL,
	changed_at         {{.Int}} NOT NULL,
	version            {{.Int}} NOT NULL
){{.Strict}};

-- An offer to the other shops: everything that they see of a product, and nothing
-- else of it. terms counts how often what is asked has changed. Other shops read the
-- row while it is published; sheet also lets the whole world read it by its address.
CREATE TABLE listings (
	shop_id         {{.Int}} NOT NULL,
	id              {{.Blob}} NOT NULL,
	product_id      {{.Blob}} NOT NULL,
	code            {{.Text}} NOT NULL,
	name            {{.Text}} NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
	grade           {{.Text}} NOT NULL,
	origin          {{.Text}} NOT NULL,
	lot             {{.Text}} NOT NULL,
	about           {{.Text}} NOT NULL,
	unit            {{.Text}} NOT NULL,
	pack_unit       {{.Text}} NOT NULL,
	pack_num        {{.Int}} NOT NULL CHECK (pack_num > 0),
	pack_den        {{.Int}} NOT NULL CHECK (pack_den > 0),
	minimum         {{.Int}} NOT NULL CHECK (minimum >= 0),
	price           {{.Int}} NOT NULL CHECK (price >= 0),
	breaks          {{.Text}} NOT NULL,
	tax_rate        {{.Int}} NOT NULL CHECK (tax_rate BETWEEN 0 AND 10000),
	harvest_from    {{.Int}},
	harvest_through {{.Int}},
	published       {{.Bool}} NOT NULL,
	sheet           {{.Bool}} NOT NULL,
	terms           {{.Int}} NOT NULL,
	search_text     {{.Text}} NOT NULL,
	sort_key        {{.Blob}} NOT NULL,
	changed_at      {{.Int}} NOT NULL,
	version         {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, id),
	UNIQUE (shop_id, product_id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.Strict}};
CREATE INDEX listings_found ON listings (sort_key, id) WHERE published;
CREATE INDEX listings_id ON listings (id);

-- A supplier who is a shop of this installation.
CREATE TABLE partners (
	shop_id         {{.Int}} NOT NULL,
	supplier_id     {{.Blob}} NOT NULL,
	partner_shop_id {{.Int}} NOT NULL REFERENCES shops (shop_id),
	PRIMARY KEY (shop_id, supplier_id),
	UNIQUE (shop_id, partner_shop_id),
	FOREIGN KEY (shop_id, supplier_id) REFERENCES suppliers (shop_id, id)
){{.Strict}};

-- An offer of the catalogue that was taken from a listing, and at which terms.
CREATE TABLE followed (
	shop_id     {{.Int}} NOT NULL,
	supplier_id {{.Blob}} NOT NULL,
	product_id  {{.Blob}} NOT NULL,
	listing_id  {{.Blob}} NOT NULL,
	terms       {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, supplier_id, product_id),
	UNIQUE (shop_id, listing_id),
	FOREIGN KEY (shop_id, supplier_id) REFERENCES suppliers (shop_id, id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.Strict}};

{{.RowSecurity "producers" "listings" "partners" "followed"}}
{{.Published "producers" "open"}}
{{.Published "listings" "published"}}
