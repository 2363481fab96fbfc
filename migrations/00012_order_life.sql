-- What a supplier promised where it is not what was ordered, and orders that wait for
-- the owner.

-- +goose Up

-- Of a line: what comes on agreed_day at agreed_price, and the rest that comes later.
-- NULL: as ordered. A refused line has agreed_quantity 0.
ALTER TABLE order_lines ADD COLUMN agreed_quantity {{.Int}} CHECK (agreed_quantity >= 0);
ALTER TABLE order_lines ADD COLUMN agreed_price {{.Int}} CHECK (agreed_price >= 0);
ALTER TABLE order_lines ADD COLUMN agreed_day {{.Int}};
ALTER TABLE order_lines ADD COLUMN later_quantity {{.Int}} CHECK (later_quantity > 0);
ALTER TABLE order_lines ADD COLUMN later_day {{.Int}};

-- The day that was asked for, once due_day is one that the supplier named; who asked
-- the owner to let a draft leave, and when.
ALTER TABLE orders ADD COLUMN wanted_day {{.Int}};
ALTER TABLE orders ADD COLUMN asked_at {{.Int}};
ALTER TABLE orders ADD COLUMN asked_by {{.Blob}};

-- The amount, in minor units, from which an order needs the owner; NULL: none does.
ALTER TABLE shops ADD COLUMN approve_above {{.Int}} CHECK (approve_above >= 0);
