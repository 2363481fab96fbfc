-- Orders by e-mail: how a shop sends, and what is to be sent.

-- +goose Up

-- password is sealed with the installation's key; NULL: none.
CREATE TABLE mail_settings (
	shop_id      {{.Int}} NOT NULL PRIMARY KEY REFERENCES shops (shop_id),
	host         {{.Text}} NOT NULL,
	port         {{.Int}} NOT NULL CHECK (port BETWEEN 1 AND 65535),
	security     {{.Text}} NOT NULL CHECK (security IN ('tls', 'starttls')),
	username     {{.Text}} NOT NULL,
	password     {{.Blob}},
	from_address {{.Text}} NOT NULL,
	from_name    {{.Text}} NOT NULL
){{.StrictNoRowid}};

-- A mail waits, is on the line (claimed), or has ended: sent, failed for good, or unclear
-- when nobody knows whether the other side took it. file is dropped at the end. problem
-- is a code, detail what the other side said.
CREATE TABLE mails (
	shop_id    {{.Int}} NOT NULL,
	id         {{.Blob}} NOT NULL,
	order_id   {{.Blob}} NOT NULL,
	person_id  {{.Blob}} NOT NULL,
	created_at {{.Int}} NOT NULL,
	recipient  {{.Text}} NOT NULL,
	subject    {{.Text}} NOT NULL,
	body       {{.Text}} NOT NULL,
	file_name  {{.Text}} NOT NULL,
	file       {{.Blob}},
	state      {{.Text}} NOT NULL CHECK (state IN ('waiting', 'claimed', 'sent', 'failed', 'unclear')),
	attempts   {{.Int}} NOT NULL DEFAULT 0 CHECK (attempts >= 0),
	next_at    {{.Int}} NOT NULL,
	ended_at   {{.Int}},
	problem    {{.Text}} NOT NULL DEFAULT '',
	detail     {{.Text}} NOT NULL DEFAULT '',
	PRIMARY KEY (shop_id, id),
	FOREIGN KEY (shop_id, order_id) REFERENCES orders (shop_id, id)
){{.Strict}};
CREATE INDEX mails_order ON mails (shop_id, order_id, created_at);
CREATE INDEX mails_due ON mails (next_at) WHERE state IN ('waiting', 'claimed');

{{.RowSecurity "mail_settings" "mails"}}
