-- Orders between two shops of the installation.

-- +goose Up

-- The one row that both sides have of an order: what the buyer sent, what the seller
-- promised and shipped, what arrived. Its id is that of the buyer's order; lines and
-- shipments are JSON. Neither side finds anything else of the other by it.
CREATE TABLE deals (
	from_shop_id       {{.Int}} NOT NULL REFERENCES shops (shop_id),
	to_shop_id         {{.Int}} NOT NULL REFERENCES shops (shop_id),
	id                 {{.Blob}} NOT NULL,
	number             {{.Text}} NOT NULL,
	from_name          {{.Text}} NOT NULL,
	to_name            {{.Text}} NOT NULL,
	currency           {{.Text}} NOT NULL,
	prices_include_tax {{.Bool}} NOT NULL,
	state              {{.Text}} NOT NULL CHECK (state IN ('sent', 'confirmed', 'shipped', 'refused', 'cancelled', 'done')),
	wanted_day         {{.Int}} NOT NULL,
	due_day            {{.Int}} NOT NULL,
	freight            {{.Int}} NOT NULL,
	note               {{.Text}} NOT NULL,
	reason             {{.Text}} NOT NULL,
	lines              {{.Text}} NOT NULL,
	shipments          {{.Text}} NOT NULL,
	sent_at            {{.Int}} NOT NULL,
	answered_at        {{.Int}},
	closed_at          {{.Int}},
	version            {{.Int}} NOT NULL,
	PRIMARY KEY (from_shop_id, id),
	CHECK (from_shop_id <> to_shop_id)
){{.Strict}};
CREATE INDEX deals_to ON deals (to_shop_id, sent_at);
CREATE INDEX deals_from ON deals (from_shop_id, sent_at);

{{.Between "deals"}}
