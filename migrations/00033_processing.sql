-- Processing and harvest, and the sources of income that follow from them.

-- +goose Up

CREATE INDEX movements_processing ON movements (shop_id, business_day, seq) WHERE kind IN ('processing_in', 'processing_out');

-- Sales to other shops, to resellers and of one's own work are no online sales.
UPDATE channels SET online = {{.False}} WHERE code IN ('shops', 'wholesale', 'processing');

-- Boards tell goods of one's own harvest and making apart from now on: what of such goods
-- was folded is folded anew at the next start.
INSERT INTO changed (shop_id, product_id, from_day, marked_at, mark)
	SELECT DISTINCT shop_id, product_id, 0, 0, 1 FROM movements WHERE kind IN ('harvest', 'processing_in')
	ON CONFLICT (shop_id, product_id) DO UPDATE SET from_day = 0, mark = changed.mark + 1;
