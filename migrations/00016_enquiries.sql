-- Requests for quotation: who was asked for what, what each answered, who got it.

-- +goose Up

ALTER TABLE counters ADD COLUMN enquiry_number {{.Int}} NOT NULL DEFAULT 0;

CREATE TABLE enquiries (
	shop_id     {{.Int}} NOT NULL,
	id          {{.Blob}} NOT NULL,
	number      {{.Int}} NOT NULL,
	state       {{.Text}} NOT NULL CHECK (state IN ('open', 'awarded', 'closed')),
	answer_by   {{.Int}} NOT NULL,
	note        {{.Text}} NOT NULL DEFAULT '',
	created_day {{.Int}} NOT NULL,
	created_at  {{.Int}} NOT NULL,
	closed_at   {{.Int}},
	person_id   {{.Blob}} NOT NULL,
	client_id   {{.Blob}},
	version     {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, id),
	FOREIGN KEY (shop_id) REFERENCES shops (shop_id),
	CHECK ((state = 'open') = (closed_at IS NULL))
){{.StrictNoRowid}};
CREATE UNIQUE INDEX enquiries_number ON enquiries (shop_id, number);
CREATE UNIQUE INDEX enquiries_client ON enquiries (shop_id, client_id) WHERE client_id IS NOT NULL;

-- A supplier who is asked; version guards what he answered.
CREATE TABLE invitations (
	shop_id     {{.Int}} NOT NULL,
	id          {{.Blob}} NOT NULL,
	enquiry_id  {{.Blob}} NOT NULL,
	position    {{.Int}} NOT NULL,
	supplier_id {{.Blob}} NOT NULL,
	answered_at {{.Int}},
	version     {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, id),
	FOREIGN KEY (shop_id, enquiry_id) REFERENCES enquiries (shop_id, id),
	FOREIGN KEY (shop_id, supplier_id) REFERENCES suppliers (shop_id, id)
){{.StrictNoRowid}};
CREATE UNIQUE INDEX invitations_supplier ON invitations (shop_id, enquiry_id, supplier_id);

-- Quantities in thousandths of unit, the product's base unit. An awarded line names who
-- delivers it and the order on which it stands, and no line is awarded twice.
CREATE TABLE enquiry_lines (
	shop_id       {{.Int}} NOT NULL,
	enquiry_id    {{.Blob}} NOT NULL,
	line          {{.Int}} NOT NULL,
	product_id    {{.Blob}} NOT NULL,
	product_code  {{.Text}} NOT NULL,
	product_name  {{.Text}} NOT NULL,
	unit          {{.Text}} NOT NULL,
	quantity      {{.Int}} NOT NULL CHECK (quantity > 0),
	invitation_id {{.Blob}},
	order_id      {{.Blob}},
	PRIMARY KEY (shop_id, enquiry_id, line),
	FOREIGN KEY (shop_id, enquiry_id) REFERENCES enquiries (shop_id, id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id),
	FOREIGN KEY (shop_id, invitation_id) REFERENCES invitations (shop_id, id),
	FOREIGN KEY (shop_id, order_id) REFERENCES orders (shop_id, id),
	CHECK ((invitation_id IS NULL) = (order_id IS NULL))
){{.StrictNoRowid}};

-- Prices per base unit in 1/10,000, written for unit; a supplier who cannot deliver has
-- no price.
CREATE TABLE answers (
	shop_id       {{.Int}} NOT NULL,
	invitation_id {{.Blob}} NOT NULL,
	line          {{.Int}} NOT NULL,
	cannot        {{.Bool}} NOT NULL,
	unit          {{.Text}} NOT NULL,
	price         {{.Int}} NOT NULL CHECK (price >= 0),
	minimum       {{.Int}} NOT NULL CHECK (minimum >= 0),
	pack_unit     {{.Text}} NOT NULL DEFAULT '',
	pack_num      {{.Int}} NOT NULL DEFAULT 0,
	pack_den      {{.Int}} NOT NULL DEFAULT 0,
	lead_days     {{.Int}} CHECK (lead_days >= 0),
	valid_until   {{.Int}},
	PRIMARY KEY (shop_id, invitation_id, line),
	FOREIGN KEY (shop_id, invitation_id) REFERENCES invitations (shop_id, id)
){{.StrictNoRowid}};

{{.RowSecurity "enquiries" "invitations" "enquiry_lines" "answers"}}
