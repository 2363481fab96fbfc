-- The service level of goods that keep, as past orders taught it.

-- +goose Up

-- One row a shop, once it was looked at or the owner said something. lower and upper are
-- how far the level may go from that of the policy's words, level where it stands (0: at
-- the words themselves), all in 1/10,000. policy is the word that the level was learned
-- under, since_day the first day whose decisions count, week the last one looked at;
-- nothing moves before paused_until.
CREATE TABLE service_levels (
	shop_id      {{.Int}} NOT NULL PRIMARY KEY REFERENCES shops (shop_id),
	stopped      {{.Bool}} NOT NULL DEFAULT {{.False}},
	lower        {{.Int}} NOT NULL CHECK (lower BETWEEN 0 AND 2000),
	upper        {{.Int}} NOT NULL CHECK (upper BETWEEN 0 AND 2000),
	policy       {{.Text}} NOT NULL,
	level        {{.Int}} NOT NULL CHECK (level BETWEEN 0 AND 9999),
	since_day    {{.Int}} NOT NULL,
	week         {{.Int}} NOT NULL,
	paused_until {{.Int}} NOT NULL
){{.Strict}};

-- Each move of it, and why: what the orders of so many past decisions would have cost
-- beyond the best ones at the level left and at the one taken, in minor units.
CREATE TABLE service_steps (
	shop_id     {{.Int}} NOT NULL REFERENCES shops (shop_id),
	id          {{.Blob}} NOT NULL,
	made_day    {{.Int}} NOT NULL,
	kind        {{.Text}} NOT NULL CHECK (kind IN ('learned', 'back', 'bounds', 'stopped', 'policy')),
	from_level  {{.Int}} NOT NULL CHECK (from_level BETWEEN 0 AND 9999),
	to_level    {{.Int}} NOT NULL CHECK (to_level BETWEEN 0 AND 9999),
	policy      {{.Text}} NOT NULL,
	cases       {{.Int}} NOT NULL DEFAULT 0 CHECK (cases >= 0),
	from_regret {{.Int}} NOT NULL DEFAULT 0,
	to_regret   {{.Int}} NOT NULL DEFAULT 0,
	person_id   {{.Blob}},
	made_at     {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, id)
){{.Strict}};
CREATE INDEX service_steps_latest ON service_steps (shop_id, made_at);
{{.AppendOnly "service_steps"}}

{{.RowSecurity "service_levels" "service_steps"}}
