-- What spoiled or went back is found without reading the ledger.

-- +goose Up

CREATE INDEX movements_losses ON movements (shop_id, business_day) WHERE kind IN ('spoilage', 'supplier_return');
