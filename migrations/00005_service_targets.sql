-- +goose Up
-- An owner may set a target in figures instead of words: '' (the words), 'cycle' (the
-- chance, in per cent, that an order lasts until the next one arrives) or 'fill' (the
-- share, in per cent, of what is wanted that is served). ordering_cost is what the work
-- of one line of an order costs, in minor units.
ALTER TABLE shops ADD COLUMN service_kind {{.Text}} NOT NULL DEFAULT '' CHECK (service_kind IN ('', 'cycle', 'fill'));
ALTER TABLE shops ADD COLUMN service_value {{.Int}} NOT NULL DEFAULT 0 CHECK (service_value BETWEEN 0 AND 99);
ALTER TABLE shops ADD COLUMN ordering_cost {{.Int}} NOT NULL DEFAULT 50 CHECK (ordering_cost >= 0);
