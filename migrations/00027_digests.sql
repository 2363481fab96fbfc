-- The week in three lines, by e-mail or through a group's robot.

-- +goose Up

-- A message may be about no order, and leave another way than by mail.
CREATE TABLE messages (
	shop_id    {{.Int}} NOT NULL,
	id         {{.Blob}} NOT NULL,
	order_id   {{.Blob}},
	person_id  {{.Blob}} NOT NULL,
	created_at {{.Int}} NOT NULL,
	via        {{.Text}} NOT NULL CHECK (via IN ('mail', 'wecom', 'dingtalk')),
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
INSERT INTO messages (shop_id, id, order_id, person_id, created_at, via, recipient, subject, body, file_name, file, state, attempts, next_at, ended_at, problem, detail)
	SELECT shop_id, id, order_id, person_id, created_at, 'mail', recipient, subject, body, file_name, file, state, attempts, next_at, ended_at, problem, detail FROM mails;
DROP TABLE mails;
ALTER TABLE messages RENAME TO mails;
CREATE INDEX mails_order ON mails (shop_id, order_id, created_at);
CREATE INDEX mails_due ON mails (next_at) WHERE state IN ('waiting', 'claimed');

-- Both are sealed with the installation's key: who knows the address can write to the
-- group. secret signs what is sent; NULL: none.
CREATE TABLE robots (
	shop_id {{.Int}} NOT NULL REFERENCES shops (shop_id),
	via     {{.Text}} NOT NULL CHECK (via IN ('wecom', 'dingtalk')),
	address {{.Blob}} NOT NULL,
	secret  {{.Blob}},
	PRIMARY KEY (shop_id, via)
){{.StrictNoRowid}};

-- Who reads the week. person_id is sixteen zeros for a robot, address empty.
CREATE TABLE digest_readers (
	shop_id   {{.Int}} NOT NULL REFERENCES shops (shop_id),
	via       {{.Text}} NOT NULL CHECK (via IN ('mail', 'wecom', 'dingtalk')),
	person_id {{.Blob}} NOT NULL,
	address   {{.Text}} NOT NULL,
	language  {{.Text}} NOT NULL,
	since     {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, via, person_id)
){{.StrictNoRowid}};

-- What a week was found to be, once, whether or not it was worth telling. week is its
-- Monday, facts JSON.
CREATE TABLE digests (
	shop_id {{.Int}} NOT NULL REFERENCES shops (shop_id),
	week    {{.Int}} NOT NULL,
	made_at {{.Int}} NOT NULL,
	told    {{.Bool}} NOT NULL,
	facts   {{.Text}} NOT NULL,
	PRIMARY KEY (shop_id, week)
){{.StrictNoRowid}};

{{.RowSecurity "mails" "robots" "digest_readers" "digests"}}
