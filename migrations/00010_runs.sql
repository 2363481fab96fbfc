-- The background work of the shops: who works for which, and what came of it.

-- +goose Up

-- One row a shop. holder is the process that works for it, until held_until; a process
-- that died is replaced after that. failures count in a row, and the next try is not
-- before retry_at. asked_at: somebody wants everything worked out again.
CREATE TABLE work (
	shop_id    {{.Int}} NOT NULL PRIMARY KEY REFERENCES shops (shop_id),
	holder     {{.Blob}},
	held_until {{.Int}} NOT NULL DEFAULT 0,
	failures   {{.Int}} NOT NULL DEFAULT 0,
	retry_at   {{.Int}} NOT NULL DEFAULT 0,
	asked_at   {{.Int}}
){{.Strict}};

-- Whole runs, and what went wrong with the products of a while; the latest stay.
-- failure says what went wrong in one word, '' nothing; ended_at is NULL while it runs.
CREATE TABLE runs (
	shop_id    {{.Int}} NOT NULL REFERENCES shops (shop_id),
	id         {{.Blob}} NOT NULL,
	kind       {{.Text}} NOT NULL CHECK (kind IN ('all', 'changed')),
	started_at {{.Int}} NOT NULL,
	ended_at   {{.Int}},
	done       {{.Int}} NOT NULL DEFAULT 0 CHECK (done >= 0),
	total      {{.Int}} NOT NULL DEFAULT 0 CHECK (total >= 0),
	failure    {{.Text}} NOT NULL DEFAULT '' CHECK (failure IN ('', 'database', 'stopped', 'program')),
	PRIMARY KEY (shop_id, id)
){{.Strict}};
CREATE INDEX runs_latest ON runs (shop_id, started_at);

{{.RowSecurity "work" "runs"}}
