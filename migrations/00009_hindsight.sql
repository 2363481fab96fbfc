-- What would have happened in a shop's past under other ways to order: one answer a
-- shop, derived from the ledger and replaced by the next run. asked_at is when
-- somebody last asked for it; beat_at is the last sign of life of a run that began,
-- by which another process knows a dead one. done of total products are replayed.
-- result is the answer of made_at; NULL before the first. failed: the last run broke.

-- +goose Up

CREATE TABLE hindsights (
	shop_id  {{.Int}} NOT NULL PRIMARY KEY REFERENCES shops (shop_id),
	asked_at {{.Int}} NOT NULL,
	begun_at {{.Int}},
	beat_at  {{.Int}},
	done     {{.Int}} NOT NULL DEFAULT 0 CHECK (done BETWEEN 0 AND total),
	total    {{.Int}} NOT NULL DEFAULT 0,
	failed   {{.Bool}} NOT NULL DEFAULT {{.False}},
	made_at  {{.Int}},
	result   {{.Text}},
	CHECK ((begun_at IS NULL) = (beat_at IS NULL)),
	CHECK ((made_at IS NULL) = (result IS NULL))
){{.StrictNoRowid}};

{{.RowSecurity "hindsights"}}
