-- Links by which a supplier answers an order without an account. What is in the link is
-- not kept: it is made of the id and the installation's key. One link of an order is
-- valid at a time, and takes one answer. lines is that answer, as JSON; the shop decides
-- about one that asks for something else than what was ordered.

-- +goose Up

CREATE TABLE order_links (
	shop_id      {{.Int}} NOT NULL,
	id           {{.Blob}} NOT NULL,
	order_id     {{.Blob}} NOT NULL,
	person_id    {{.Blob}} NOT NULL,
	created_at   {{.Int}} NOT NULL,
	expires_at   {{.Int}} NOT NULL,
	revoked_at   {{.Int}},
	answered_at  {{.Int}},
	answer       {{.Text}} CHECK (answer IN ('as_ordered', 'otherwise', 'refused')),
	lines        {{.Text}},
	note         {{.Text}} NOT NULL DEFAULT '',
	request_hash {{.Blob}},
	verdict      {{.Text}} CHECK (verdict IN ('open', 'accepted', 'dismissed')),
	decided_at   {{.Int}},
	decided_by   {{.Blob}},
	PRIMARY KEY (shop_id, id),
	FOREIGN KEY (shop_id, order_id) REFERENCES orders (shop_id, id),
	CHECK ((answered_at IS NULL) = (answer IS NULL)),
	CHECK ((answered_at IS NULL) = (verdict IS NULL))
){{.Strict}};
CREATE UNIQUE INDEX order_links_id ON order_links (id);
CREATE UNIQUE INDEX order_links_valid ON order_links (shop_id, order_id) WHERE revoked_at IS NULL;
CREATE INDEX order_links_open ON order_links (shop_id) WHERE verdict = 'open';

{{.RowSecurity "order_links"}}
