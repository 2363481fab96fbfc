-- Products that go on as another one are few, and read whenever a past is.

-- +goose Up

CREATE INDEX products_merged ON products (shop_id, merged_into) WHERE merged_into IS NOT NULL;
