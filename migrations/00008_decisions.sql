-- What people did with suggestions, and who was right afterwards.

-- +goose Up

-- A suggestion that somebody refused comes back when much more is needed than the
-- quantity that was refused. The reason for a change, a snooze or a refusal is one of a
-- list beside the free text.
ALTER TABLE suggestions ADD COLUMN rejected {{.Int}} CHECK (rejected > 0);
ALTER TABLE suggestions ADD COLUMN override_why {{.Text}} NOT NULL DEFAULT '';

-- One row for each suggestion that led to an order or was declined, on purpose or
-- because nobody looked. What was known then stands in inputs (the kernel's, packed):
-- nothing could tell it again. The days from arrival until `until` are those that the
-- order was for; from the closing of due on it can be judged (NULL: it cannot).
CREATE TABLE decisions (
	shop_id     {{.Int}} NOT NULL,
	id          {{.Blob}} NOT NULL,
	product_id  {{.Blob}} NOT NULL,
	made_day    {{.Int}} NOT NULL,
	kind        {{.Text}} NOT NULL CHECK (kind IN ('accepted', 'changed', 'snoozed', 'rejected', 'ignored')),
	supplier_id {{.Blob}},
	offer_id    {{.Blob}},
	order_id    {{.Blob}},
	suggested   {{.Int}} NOT NULL CHECK (suggested >= 0),
	chosen      {{.Int}} NOT NULL CHECK (chosen >= 0),
	unit_cost   {{.Int}} NOT NULL CHECK (unit_cost >= 0),
	unit_margin {{.Int}} NOT NULL,
	arrival     {{.Int}} NOT NULL,
	until       {{.Int}} NOT NULL CHECK (until >= arrival),
	due         {{.Int}},
	expected    {{.Int}} NOT NULL CHECK (expected >= 0),
	low         {{.Int}} NOT NULL CHECK (low >= 0),
	high        {{.Int}} NOT NULL CHECK (high >= low),
	level       {{.Int}} NOT NULL CHECK (level BETWEEN 0 AND 10000),
	why         {{.Text}} NOT NULL DEFAULT '',
	note        {{.Text}} NOT NULL DEFAULT '',
	person_id   {{.Blob}},
	made_at     {{.Int}} NOT NULL,
	inputs      {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id),
	CHECK ((kind = 'ignored') = (person_id IS NULL))
){{.StrictNoRowid}};
CREATE INDEX decisions_product ON decisions (shop_id, product_id, made_day, until);
CREATE INDEX decisions_due ON decisions (shop_id, due, id) WHERE due IS NOT NULL;
CREATE INDEX decisions_day ON decisions (shop_id, made_day);
{{.AppendOnly "decisions"}}

-- What became of them: derived, and worked out again by verify --rebuild. regrets are
-- minor units beyond the best quantity in hindsight; ladder is our regret at each level
-- of the list that the program knows, with spaces between.
CREATE TABLE decision_scores (
	shop_id     {{.Int}} NOT NULL,
	decision_id {{.Blob}} NOT NULL,
	outcome     {{.Text}} NOT NULL CHECK (outcome IN ('judged', 'stock_unknown', 'no_delivery', 'replaced')),
	judged_day  {{.Int}} NOT NULL,
	wanted      {{.Int}} NOT NULL DEFAULT 0,
	stock       {{.Int}} NOT NULL DEFAULT 0,
	best        {{.Int}} NOT NULL DEFAULT 0 CHECK (best >= 0),
	ours        {{.Text}} NOT NULL DEFAULT '' CHECK (ours IN ('', 'right', 'over', 'under')),
	theirs      {{.Text}} NOT NULL DEFAULT '' CHECK (theirs IN ('', 'right', 'over', 'under')),
	our_regret  {{.Int}} NOT NULL DEFAULT 0 CHECK (our_regret >= 0),
	their_regret {{.Int}} NOT NULL DEFAULT 0 CHECK (their_regret >= 0),
	ladder      {{.Text}} NOT NULL DEFAULT '',
	PRIMARY KEY (shop_id, decision_id),
	FOREIGN KEY (shop_id, decision_id) REFERENCES decisions (shop_id, id),
	CHECK ((outcome = 'judged') = (ours <> '' AND theirs <> ''))
){{.StrictNoRowid}};

{{.RowSecurity "decisions" "decision_scores"}}
