-- Rows of the boards say where each month begins, so that a board reads only what it needs.

-- +goose Up

-- What is derived is made anew: every product is marked changed from its beginning.
DELETE FROM insight_years;
INSERT INTO changed (shop_id, product_id, from_day, marked_at, mark)
	SELECT shop_id, id, 0, 0, 1 FROM products WHERE true
	ON CONFLICT (shop_id, product_id) DO UPDATE SET from_day = 0, mark = changed.mark + 1;
