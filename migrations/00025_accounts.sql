-- Accounts with people: what households owe the shop, and what the shop owes its helpers.

-- +goose Up

-- balance is what the entries come to, in minor units: of a household what it owes, of a
-- helper what is still to be paid. since is the day of the oldest entry that is not paid.
-- search is the name as it is looked up. Who is erased keeps the entries and nothing
-- else; no other table holds a name or a number.
CREATE TABLE accounts (
	shop_id    {{.Int}} NOT NULL,
	id         {{.Blob}} NOT NULL,
	side       {{.Text}} NOT NULL CHECK (side IN ('household', 'helper')),
	name       {{.Text}} NOT NULL,
	phone      {{.Text}} NOT NULL,
	search     {{.Text}},
	balance    {{.Int}} NOT NULL,
	since      {{.Int}},
	last_day   {{.Int}},
	entries    {{.Int}} NOT NULL CHECK (entries >= 0),
	created_at {{.Int}} NOT NULL,
	erased_at  {{.Int}},
	version    {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, id),
	FOREIGN KEY (shop_id) REFERENCES shops (shop_id),
	CHECK ((balance > 0) = (since IS NOT NULL)),
	CHECK ((erased_at IS NULL) = (search IS NOT NULL)),
	CHECK (erased_at IS NULL OR (name = '' AND phone = '' AND balance = 0))
){{.StrictNoRowid}};
CREATE UNIQUE INDEX accounts_name ON accounts (shop_id, side, search) WHERE search IS NOT NULL;
CREATE INDEX accounts_balance ON accounts (shop_id, side, balance, id, since);

-- One line of an account; seq is gapless in it. amount adds to the balance. An entry has
-- no words, so that nothing of a person is left in it. work is what a helper did: minutes,
-- or pieces in thousandths.
CREATE TABLE account_entries (
	shop_id      {{.Int}} NOT NULL,
	id           {{.Blob}} NOT NULL,
	account_id   {{.Blob}} NOT NULL,
	seq          {{.Int}} NOT NULL CHECK (seq > 0),
	side         {{.Text}} NOT NULL CHECK (side IN ('household', 'helper')),
	kind         {{.Text}} NOT NULL CHECK (kind IN ('bought', 'returned', 'paid', 'written_off', 'worked', 'wage')),
	amount       {{.Int}} NOT NULL,
	business_day {{.Int}} NOT NULL,
	recorded_at  {{.Int}} NOT NULL,
	sale_id      {{.Blob}},
	reverses_id  {{.Blob}},
	task         {{.Text}} NOT NULL DEFAULT '',
	minutes      {{.Int}} NOT NULL DEFAULT 0,
	pieces       {{.Int}} NOT NULL DEFAULT 0,
	person_id    {{.Blob}} NOT NULL,
	request_hash {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, id),
	FOREIGN KEY (shop_id, account_id) REFERENCES accounts (shop_id, id),
	CHECK ((kind IN ('worked', 'wage')) = (side = 'helper')),
	CHECK (reverses_id IS NOT NULL OR (kind IN ('bought', 'worked') AND amount >= 0) OR (kind IN ('returned', 'paid', 'written_off', 'wage') AND amount <= 0)),
	CHECK (kind = 'worked' OR (minutes = 0 AND pieces = 0 AND task = ''))
){{.StrictNoRowid}};
CREATE UNIQUE INDEX account_entries_seq ON account_entries (shop_id, account_id, seq);
CREATE UNIQUE INDEX account_entries_reverses ON account_entries (shop_id, reverses_id) WHERE reverses_id IS NOT NULL;
CREATE UNIQUE INDEX account_entries_sale ON account_entries (shop_id, sale_id) WHERE sale_id IS NOT NULL AND reverses_id IS NULL;
CREATE INDEX account_entries_day ON account_entries (shop_id, side, business_day, kind, amount);
{{.AppendOnly "account_entries"}}

-- How long a task took in a week before the program, as the owner says.
CREATE TABLE work_before (
	shop_id    {{.Int}} NOT NULL,
	task       {{.Text}} NOT NULL,
	minutes    {{.Int}} NOT NULL CHECK (minutes > 0),
	person_id  {{.Blob}} NOT NULL,
	changed_at {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, task),
	FOREIGN KEY (shop_id) REFERENCES shops (shop_id)
){{.StrictNoRowid}};

{{.RowSecurity "accounts" "account_entries" "work_before"}}
