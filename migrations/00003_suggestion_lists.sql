-- +goose Up
-- The lists that people open all day read indexes that stand in the list's own
-- order, so that a page costs its fifty rows and not all that is listed.

-- The page of suggestions: by supplier, the likeliest to run out first.
DROP INDEX suggestions_listed;
CREATE INDEX suggestions_listed ON suggestions (shop_id, supplier_id, risk DESC, line_cost DESC, product_id, state)
	WHERE quantity > 0 OR override > 0 OR risk >= 200000;

-- Its sums by supplier: 0 to be ordered as we say, 1 as a person says, 2 only
-- listed, 3 snoozed.
CREATE INDEX suggestions_sums ON suggestions (shop_id, supplier_id,
		(CASE state WHEN 'snoozed' THEN 3 WHEN 'open' THEN CASE WHEN override > 0 THEN 1 WHEN override IS NULL AND quantity > 0 THEN 0 ELSE 2 END ELSE 2 END),
		line_cost, saving, product_id)
	WHERE quantity > 0 OR override > 0 OR risk >= 200000;

-- What will run out, over all suppliers.
CREATE INDEX suggestions_urgent ON suggestions (shop_id, risk DESC, line_cost DESC, product_id)
	WHERE risk >= 200000 AND stock_known AND state <> 'snoozed';

-- What is listed although nobody knows what is there.
CREATE INDEX suggestions_unknown ON suggestions (shop_id)
	WHERE NOT stock_known AND (quantity > 0 OR override > 0 OR risk >= 200000);
