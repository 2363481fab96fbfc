-- +goose Up
-- Goods that the book calls there and nobody buys: the page of today finds them by
-- what their reason says.
CREATE INDEX suggestions_silent ON suggestions (shop_id, daily_rate) WHERE reason LIKE '%reason.note_silent%';
