-- Orders that several shops of the installation make together.

-- +goose Up

-- What a shop tells of itself to those who may ask it to join. Other shops read the row
-- while it is open.
CREATE TABLE neighbours (
	shop_id    {{.Int}} NOT NULL PRIMARY KEY REFERENCES shops (shop_id),
	id         {{.Blob}} NOT NULL UNIQUE,
	name       {{.Text}} NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
	province   {{.Text}} NOT NULL,
	currency   {{.Text}} NOT NULL,
	open       {{.Bool}} NOT NULL,
	changed_at {{.Int}} NOT NULL,
	version    {{.Int}} NOT NULL
){{.Strict}};

-- A joint order as its organiser has it. goods are what whoever is asked reads of it, the
-- supplier's terms included; outcome is how it was shared, with the organiser's own part.
CREATE TABLE joint_orders (
	shop_id     {{.Int}} NOT NULL,
	id          {{.Blob}} NOT NULL,
	state       {{.Text}} NOT NULL CHECK (state IN ('open', 'ordered', 'missed', 'withdrawn')),
	product_id  {{.Blob}} NOT NULL,
	supplier_id {{.Blob}} NOT NULL,
	offer_id    {{.Blob}} NOT NULL,
	goods       {{.Text}} NOT NULL,
	wanted      {{.Int}} NOT NULL CHECK (wanted > 0),
	tolerance   {{.Int}} NOT NULL CHECK (tolerance >= 0),
	until_day   {{.Int}} NOT NULL,
	until_at    {{.Int}} NOT NULL,
	note        {{.Text}} NOT NULL,
	outcome     {{.Text}} NOT NULL,
	reason      {{.Text}} NOT NULL,
	order_id    {{.Blob}},
	created_at  {{.Int}} NOT NULL,
	closed_at   {{.Int}},
	version     {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id),
	FOREIGN KEY (shop_id, supplier_id) REFERENCES suppliers (shop_id, id),
	CHECK ((state = 'open') = (closed_at IS NULL)),
	CHECK ((state = 'ordered') = (order_id IS NOT NULL))
){{.Strict}};
CREATE INDEX joint_orders_made ON joint_orders (shop_id, created_at);
CREATE INDEX joint_orders_open ON joint_orders (until_at) WHERE state = 'open';

-- The row between the organiser and one shop that he asks: all that the two know of each
-- other by it. What the shop would pay alone stands nowhere.
CREATE TABLE joint_invitations (
	from_shop_id {{.Int}} NOT NULL REFERENCES shops (shop_id),
	to_shop_id   {{.Int}} NOT NULL REFERENCES shops (shop_id),
	id           {{.Blob}} NOT NULL,
	joint_id     {{.Blob}} NOT NULL,
	position     {{.Int}} NOT NULL,
	organiser    {{.Text}} NOT NULL,
	province     {{.Text}} NOT NULL,
	member       {{.Text}} NOT NULL,
	goods        {{.Text}} NOT NULL,
	until_day    {{.Int}} NOT NULL,
	until_at     {{.Int}} NOT NULL,
	note         {{.Text}} NOT NULL,
	answer       {{.Text}} NOT NULL CHECK (answer IN ('asked', 'joined', 'declined', 'ordered', 'missed', 'left', 'lapsed', 'withdrawn')),
	wanted       {{.Int}} NOT NULL CHECK (wanted >= 0),
	tolerance    {{.Int}} NOT NULL CHECK (tolerance >= 0),
	outcome      {{.Text}} NOT NULL,
	order_id     {{.Blob}},
	asked_at     {{.Int}} NOT NULL,
	answered_at  {{.Int}},
	closed_at    {{.Int}},
	version      {{.Int}} NOT NULL,
	PRIMARY KEY (from_shop_id, joint_id, position),
	UNIQUE (from_shop_id, joint_id, to_shop_id),
	FOREIGN KEY (from_shop_id, joint_id) REFERENCES joint_orders (shop_id, id),
	CHECK (from_shop_id <> to_shop_id),
	CHECK ((answer = 'ordered') = (order_id IS NOT NULL))
){{.Strict}};
CREATE UNIQUE INDEX joint_invitations_id ON joint_invitations (id);
CREATE INDEX joint_invitations_to ON joint_invitations (to_shop_id, asked_at);

-- For which of its products a shop has joined; NULL: for a new one. Its own affair.
CREATE TABLE joint_products (
	shop_id       {{.Int}} NOT NULL,
	invitation_id {{.Blob}} NOT NULL,
	product_id    {{.Blob}},
	PRIMARY KEY (shop_id, invitation_id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.Strict}};

-- The part of a line that is ordered for other shops and goes on to them.
ALTER TABLE order_lines ADD COLUMN for_others {{.Int}} NOT NULL DEFAULT 0 CHECK (for_others >= 0);

-- The seller's own order that brings the goods of a deal; NULL: they come out of his stock.
ALTER TABLE deals ADD COLUMN source_order {{.Blob}};
CREATE INDEX deals_source ON deals (to_shop_id, source_order) WHERE source_order IS NOT NULL;

{{.RowSecurity "neighbours" "joint_orders" "joint_products"}}
{{.Published "neighbours" "open"}}
{{.Between "joint_invitations"}}
