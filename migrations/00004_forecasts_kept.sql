-- What was forecast and what people said of it. Neither can be worked out again
-- from the ledger: a forecast is only judged by what was said before the days came.

-- +goose Up

-- One forecast a product and week, the first that was made in it: the total demand
-- of `days` days from first_day on. week is the week's Monday. unadjusted is what it
-- would have been without what people said; NULL: they said nothing. replayed marks
-- what was worked out afterwards, from the records as they stood on that day.
CREATE TABLE forecast_records (
	shop_id     {{.Int}} NOT NULL,
	product_id  {{.Blob}} NOT NULL,
	week        {{.Int}} NOT NULL,
	first_day   {{.Int}} NOT NULL CHECK (first_day BETWEEN week AND week + 6),
	days        {{.Int}} NOT NULL CHECK (days BETWEEN 1 AND 60),
	expected    {{.Int}} NOT NULL CHECK (expected >= 0),
	likely_most {{.Int}} NOT NULL CHECK (likely_most >= 0),
	unadjusted  {{.Int}} CHECK (unadjusted >= 0),
	replayed    {{.Bool}} NOT NULL DEFAULT {{.False}},
	made_at     {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, product_id, week),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};

-- What a person knows of coming days: so many thousandths of the forecast, or so
-- much more (or less) over all of the days together. ours and adjusted are what was
-- forecast of those days at the last run before they began, without it and with it.
CREATE TABLE adjustments (
	shop_id      {{.Int}} NOT NULL,
	id           {{.Blob}} NOT NULL,
	product_id   {{.Blob}} NOT NULL,
	from_day     {{.Int}} NOT NULL,
	to_day       {{.Int}} NOT NULL,
	factor       {{.Int}} CHECK (factor BETWEEN 0 AND 20000),
	amount       {{.Int}},
	reason       {{.Text}} NOT NULL CHECK (length(reason) > 0),
	person_id    {{.Blob}} NOT NULL,
	made_at      {{.Int}} NOT NULL,
	withdrawn_at {{.Int}},
	withdrawn_by {{.Blob}},
	ours         {{.Int}} CHECK (ours >= 0),
	adjusted     {{.Int}} CHECK (adjusted >= 0),
	PRIMARY KEY (shop_id, id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id),
	CHECK ((factor IS NULL) <> (amount IS NULL)),
	CHECK (to_day BETWEEN from_day AND from_day + 59),
	CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL)),
	CHECK ((ours IS NULL) = (adjusted IS NULL))
){{.StrictNoRowid}};
CREATE INDEX adjustments_product ON adjustments (shop_id, product_id, to_day);

{{.RowSecurity "forecast_records" "adjustments"}}
