-- A purse is divided over what suggestions could order instead, and products stand
-- in for one another.

-- +goose Up

-- The quantities that each suggestion weighed, with what they cost and bring, so
-- that dividing a purse reads rows and works nothing out again. Derived.
ALTER TABLE suggestions ADD COLUMN options {{.Text}} NOT NULL DEFAULT '';

-- The purse, in minor units, for which override was set; NULL: a person set it.
ALTER TABLE suggestions ADD COLUMN purse {{.Int}} CHECK (purse >= 0);
CREATE INDEX suggestions_purse ON suggestions (shop_id) WHERE purse IS NOT NULL;

-- The group of products that customers take instead of one another; '': none.
ALTER TABLE products ADD COLUMN substitutes {{.Text}} NOT NULL DEFAULT '' CHECK (length(substitutes) <= 120);
CREATE INDEX products_substitutes ON products (shop_id, substitutes, id) WHERE substitutes <> '';
