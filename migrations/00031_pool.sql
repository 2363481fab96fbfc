-- What shops tell together that none tells alone.

-- +goose Up

-- The shops that take part: their owners said so.
CREATE TABLE pool_members (
	shop_id {{.Int}} NOT NULL PRIMARY KEY REFERENCES shops (shop_id),
	since   {{.Int}} NOT NULL
){{.Strict}};

-- What a shop brings to a season: its own sums by category and province, as JSON. They go
-- when the shop leaves, and when the next season is told.
CREATE TABLE pool_shares (
	shop_id {{.Int}} NOT NULL REFERENCES shops (shop_id),
	season  {{.Text}} NOT NULL,
	entries {{.Text}} NOT NULL,
	PRIMARY KEY (shop_id, season)
){{.Strict}};

-- Where a shop was counted in an edition, without its figures: the editions after it must
-- not differ by fewer than five shops.
CREATE TABLE pool_counted (
	shop_id {{.Int}} NOT NULL REFERENCES shops (shop_id),
	season  {{.Text}} NOT NULL,
	tables  {{.Text}} NOT NULL,
	PRIMARY KEY (shop_id, season)
){{.Strict}};
CREATE INDEX pool_counted_season ON pool_counted (season);

-- What was published of a season: nobody's rows, the same for every shop, made once.
CREATE TABLE pool_editions (
	season        {{.Text}} NOT NULL PRIMARY KEY,
	from_day      {{.Int}} NOT NULL,
	through_day   {{.Int}} NOT NULL,
	other_from    {{.Int}} NOT NULL,
	other_through {{.Int}} NOT NULL,
	published_at  {{.Int}} NOT NULL
){{.Strict}};

CREATE TABLE pool_figures (
	season {{.Text}} NOT NULL REFERENCES pool_editions (season),
	kind   {{.Text}} NOT NULL,
	name   {{.Text}} NOT NULL,
	part   {{.Text}} NOT NULL,
	shops  {{.Int}} NOT NULL CHECK (shops >= 5),
	value  {{.Int}} NOT NULL,
	low    {{.Int}} NOT NULL,
	high   {{.Int}} NOT NULL,
	PRIMARY KEY (season, kind, name, part)
){{.StrictNoRowid}};

{{.RowSecurity "pool_members" "pool_shares" "pool_counted"}}
