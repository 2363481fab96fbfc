-- Where sales go and how long deliveries take, read by days.

-- +goose Up

-- The board of regions counts a window's buyers from this index alone, and finds when
-- a shop began to sell through a channel.
CREATE INDEX sales_channel ON sales (shop_id, channel_id, business_day, province, customer_key, total, voided_at);

CREATE INDEX receipts_day ON receipts (shop_id, business_day);
