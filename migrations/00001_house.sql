-- The house: every table of a shop's loop. Rules that hold for all of them:
-- keys lead with shop_id; ids are 16-byte UUIDs; money is in minor units, prices
-- in 1/10,000 of the major unit per base unit, quantities in thousandths of the
-- base unit, instants in µs UTC, days as day numbers of the shop's own calendar.
-- No floating point, no clock and no default time in SQL.

-- +goose Up

CREATE TABLE installation (
	name  {{.Text}} NOT NULL PRIMARY KEY,
	value {{.Text}} NOT NULL
){{.Strict}};

-- ── shop ────────────────────────────────────────────────────────────────────

CREATE TABLE shops (
	shop_id            {{.Serial}},
	slug               {{.Text}} NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 63),
	name               {{.Text}} NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
	timezone           {{.Text}} NOT NULL,
	currency           {{.Text}} NOT NULL CHECK (length(currency) = 3),
	province           {{.Text}} NOT NULL DEFAULT '',
	prices_include_tax {{.Bool}} NOT NULL DEFAULT {{.True}},
	policy             {{.Text}} NOT NULL DEFAULT 'balanced' CHECK (policy IN ('never_out', 'balanced', 'little_waste')),
	open_hour          {{.Int}} NOT NULL DEFAULT 7 CHECK (open_hour BETWEEN 0 AND 23),
	close_hour         {{.Int}} NOT NULL DEFAULT 21 CHECK (close_hour BETWEEN 1 AND 24),
	market_days        {{.Text}} NOT NULL DEFAULT '',
	show_unit          {{.Text}} NOT NULL DEFAULT 'jin' CHECK (show_unit IN ('jin', 'kg')),
	secret             {{.Blob}} NOT NULL,
	created_at         {{.Int}} NOT NULL,
	version            {{.Int}} NOT NULL DEFAULT 1
){{.Strict}};

-- One row a shop: the next gapless numbers. Written in the transaction that uses them.
CREATE TABLE counters (
	shop_id      {{.Int}} NOT NULL PRIMARY KEY REFERENCES shops (shop_id),
	movement_seq {{.Int}} NOT NULL DEFAULT 0,
	movement_hash {{.Blob}} NOT NULL,
	audit_seq    {{.Int}} NOT NULL DEFAULT 0,
	audit_hash   {{.Blob}} NOT NULL,
	order_number {{.Int}} NOT NULL DEFAULT 0
){{.Strict}};

CREATE TABLE persons (
	id            {{.Blob}} NOT NULL PRIMARY KEY,
	login         {{.Text}} NOT NULL UNIQUE CHECK (length(login) BETWEEN 1 AND 120),
	name          {{.Text}} NOT NULL,
	phone         {{.Text}} NOT NULL DEFAULT '',
	email         {{.Text}} NOT NULL DEFAULT '',
	password_hash {{.Text}} NOT NULL,
	language      {{.Text}} NOT NULL DEFAULT '',
	large_text    {{.Bool}} NOT NULL DEFAULT {{.False}},
	disabled      {{.Bool}} NOT NULL DEFAULT {{.False}},
	created_at    {{.Int}} NOT NULL,
	changed_at    {{.Int}} NOT NULL
){{.Strict}};
-- A phone number or an e-mail address also logs in, so each belongs to one person.
CREATE UNIQUE INDEX persons_phone ON persons (phone) WHERE phone <> '';
CREATE UNIQUE INDEX persons_email ON persons (email) WHERE email <> '';

CREATE TABLE memberships (
	shop_id    {{.Int}} NOT NULL REFERENCES shops (shop_id),
	person_id  {{.Blob}} NOT NULL REFERENCES persons (id),
	role       {{.Text}} NOT NULL CHECK (role IN ('owner', 'manager', 'seller', 'viewer')),
	since      {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, person_id)
){{.Strict}};
CREATE INDEX memberships_person ON memberships (person_id);

CREATE TABLE sessions (
	token_hash {{.Blob}} NOT NULL PRIMARY KEY,
	person_id  {{.Blob}} NOT NULL REFERENCES persons (id),
	shop_id    {{.Int}} NOT NULL REFERENCES shops (shop_id),
	created_at {{.Int}} NOT NULL,
	seen_at    {{.Int}} NOT NULL,
	expires_at {{.Int}} NOT NULL,
	agent      {{.Text}} NOT NULL DEFAULT ''
){{.Strict}};
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Failed logins by account, address and overall; a delay, never a lock-out.
CREATE TABLE login_throttle (
	bucket    {{.Blob}} NOT NULL PRIMARY KEY,
	failures  {{.Int}} NOT NULL,
	last_at   {{.Int}} NOT NULL
){{.Strict}};

CREATE TABLE audit (
	shop_id    {{.Int}} NOT NULL REFERENCES shops (shop_id),
	seq        {{.Int}} NOT NULL,
	at         {{.Int}} NOT NULL,
	person_id  {{.Blob}} NOT NULL,
	request    {{.Text}} NOT NULL DEFAULT '',
	action     {{.Text}} NOT NULL,
	subject    {{.Blob}} NOT NULL,
	detail     {{.Text}} NOT NULL DEFAULT '{}',
	hash       {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, seq)
){{.StrictNoRowid}};

-- ── catalog ─────────────────────────────────────────────────────────────────

CREATE TABLE categories (
	shop_id {{.Int}} NOT NULL REFERENCES shops (shop_id),
	id      {{.Blob}} NOT NULL,
	name    {{.Text}} NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
	PRIMARY KEY (shop_id, id),
	UNIQUE (shop_id, name)
){{.StrictNoRowid}};

CREATE TABLE products (
	shop_id        {{.Int}} NOT NULL REFERENCES shops (shop_id),
	id             {{.Blob}} NOT NULL,
	code           {{.Text}} NOT NULL CHECK (length(code) BETWEEN 1 AND 64),
	name           {{.Text}} NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
	category_id    {{.Blob}},
	base_unit      {{.Text}} NOT NULL,
	sale_price     {{.Int}} NOT NULL DEFAULT 0 CHECK (sale_price >= 0),
	tax_rate       {{.Int}} NOT NULL DEFAULT 0 CHECK (tax_rate BETWEEN 0 AND 10000),
	shelf_life     {{.Int}} NOT NULL DEFAULT 0 CHECK (shelf_life BETWEEN 0 AND 36500),
	loss_rate      {{.Int}} NOT NULL DEFAULT 0 CHECK (loss_rate BETWEEN 0 AND 10000),
	origin         {{.Text}} NOT NULL DEFAULT '',
	producer       {{.Text}} NOT NULL DEFAULT '',
	shelf          {{.Text}} NOT NULL DEFAULT '',
	minimum        {{.Int}} CHECK (minimum >= 0),
	maximum        {{.Int}} CHECK (maximum >= 0),
	archived       {{.Bool}} NOT NULL DEFAULT {{.False}},
	merged_into    {{.Blob}},
	search_text    {{.Text}} NOT NULL DEFAULT '',
	sort_key       {{.Blob}} NOT NULL,
	created_at     {{.Int}} NOT NULL,
	changed_at     {{.Int}} NOT NULL,
	version        {{.Int}} NOT NULL DEFAULT 1,
	PRIMARY KEY (shop_id, id),
	UNIQUE (shop_id, code),
	FOREIGN KEY (shop_id, category_id) REFERENCES categories (shop_id, id),
	FOREIGN KEY (shop_id, merged_into) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};
CREATE INDEX products_sort ON products (shop_id, archived, sort_key, id);
CREATE INDEX products_category ON products (shop_id, category_id);

CREATE TABLE barcodes (
	shop_id    {{.Int}} NOT NULL,
	barcode    {{.Text}} NOT NULL CHECK (length(barcode) BETWEEN 1 AND 64),
	product_id {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, barcode),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};
CREATE INDEX barcodes_product ON barcodes (shop_id, product_id);

CREATE TABLE packs (
	shop_id    {{.Int}} NOT NULL,
	product_id {{.Blob}} NOT NULL,
	unit       {{.Text}} NOT NULL,
	num        {{.Int}} NOT NULL CHECK (num > 0),
	den        {{.Int}} NOT NULL CHECK (den > 0),
	PRIMARY KEY (shop_id, product_id, unit),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};

CREATE TABLE suppliers (
	shop_id             {{.Int}} NOT NULL REFERENCES shops (shop_id),
	id                  {{.Blob}} NOT NULL,
	name                {{.Text}} NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
	kind                {{.Text}} NOT NULL CHECK (kind IN ('manufacturer', 'farmer', 'wholesaler', 'other')),
	province            {{.Text}} NOT NULL DEFAULT '',
	contact             {{.Text}} NOT NULL DEFAULT '',
	phone               {{.Text}} NOT NULL DEFAULT '',
	email               {{.Text}} NOT NULL DEFAULT '',
	address             {{.Text}} NOT NULL DEFAULT '',
	language            {{.Text}} NOT NULL DEFAULT 'zh-Hans',
	prices_include_tax  {{.Bool}} NOT NULL DEFAULT {{.True}},
	minimum_order       {{.Int}} NOT NULL DEFAULT 0 CHECK (minimum_order >= 0),
	freight             {{.Int}} NOT NULL DEFAULT 0 CHECK (freight >= 0),
	free_freight_from   {{.Int}} CHECK (free_freight_from >= 0),
	lead_time_days      {{.Int}} NOT NULL DEFAULT 1 CHECK (lead_time_days BETWEEN 0 AND 365),
	review_days         {{.Int}} NOT NULL DEFAULT 1 CHECK (review_days BETWEEN 1 AND 365),
	order_weekdays      {{.Int}} NOT NULL DEFAULT 127 CHECK (order_weekdays BETWEEN 1 AND 127),
	usual               {{.Bool}} NOT NULL DEFAULT {{.False}},
	archived            {{.Bool}} NOT NULL DEFAULT {{.False}},
	note                {{.Text}} NOT NULL DEFAULT '',
	sort_key            {{.Blob}} NOT NULL,
	created_at          {{.Int}} NOT NULL,
	changed_at          {{.Int}} NOT NULL,
	version             {{.Int}} NOT NULL DEFAULT 1,
	PRIMARY KEY (shop_id, id)
){{.StrictNoRowid}};
CREATE INDEX suppliers_sort ON suppliers (shop_id, archived, sort_key, id);
CREATE UNIQUE INDEX suppliers_usual ON suppliers (shop_id) WHERE usual;

CREATE TABLE closures (
	shop_id     {{.Int}} NOT NULL,
	supplier_id {{.Blob}} NOT NULL,
	from_day    {{.Int}} NOT NULL,
	through_day {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, supplier_id, from_day),
	CHECK (through_day >= from_day),
	FOREIGN KEY (shop_id, supplier_id) REFERENCES suppliers (shop_id, id)
){{.StrictNoRowid}};

CREATE TABLE offers (
	shop_id        {{.Int}} NOT NULL,
	id             {{.Blob}} NOT NULL,
	supplier_id    {{.Blob}} NOT NULL,
	product_id     {{.Blob}} NOT NULL,
	supplier_code  {{.Text}} NOT NULL DEFAULT '',
	pack_unit      {{.Text}} NOT NULL,
	pack_num       {{.Int}} NOT NULL CHECK (pack_num > 0),
	pack_den       {{.Int}} NOT NULL CHECK (pack_den > 0),
	minimum        {{.Int}} NOT NULL DEFAULT 0 CHECK (minimum >= 0),
	price          {{.Int}} NOT NULL CHECK (price >= 0),
	tax_rate       {{.Int}} NOT NULL DEFAULT 0 CHECK (tax_rate BETWEEN 0 AND 10000),
	lead_time_days {{.Int}} CHECK (lead_time_days BETWEEN 0 AND 365),
	assumed        {{.Bool}} NOT NULL DEFAULT {{.False}},
	archived       {{.Bool}} NOT NULL DEFAULT {{.False}},
	valid_from     {{.Int}} NOT NULL,
	created_at     {{.Int}} NOT NULL,
	changed_at     {{.Int}} NOT NULL,
	version        {{.Int}} NOT NULL DEFAULT 1,
	PRIMARY KEY (shop_id, id),
	FOREIGN KEY (shop_id, supplier_id) REFERENCES suppliers (shop_id, id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};
CREATE UNIQUE INDEX offers_pair ON offers (shop_id, product_id, supplier_id) WHERE NOT archived;
CREATE INDEX offers_supplier ON offers (shop_id, supplier_id);

CREATE TABLE price_breaks (
	shop_id  {{.Int}} NOT NULL,
	offer_id {{.Blob}} NOT NULL,
	minimum  {{.Int}} NOT NULL CHECK (minimum > 0),
	price    {{.Int}} NOT NULL CHECK (price >= 0),
	PRIMARY KEY (shop_id, offer_id, minimum),
	FOREIGN KEY (shop_id, offer_id) REFERENCES offers (shop_id, id)
){{.StrictNoRowid}};

-- What a supplier asked on a day: history of prices, and the price of assumed terms.
CREATE TABLE price_quotes (
	shop_id     {{.Int}} NOT NULL,
	product_id  {{.Blob}} NOT NULL,
	supplier_id {{.Blob}} NOT NULL,
	day         {{.Int}} NOT NULL,
	price       {{.Int}} NOT NULL CHECK (price >= 0),
	batch_id    {{.Blob}},
	PRIMARY KEY (shop_id, product_id, supplier_id, day),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id),
	FOREIGN KEY (shop_id, supplier_id) REFERENCES suppliers (shop_id, id)
){{.StrictNoRowid}};

-- ── stock ───────────────────────────────────────────────────────────────────

CREATE TABLE lots (
	shop_id     {{.Int}} NOT NULL,
	id          {{.Blob}} NOT NULL,
	product_id  {{.Blob}} NOT NULL,
	code        {{.Text}} NOT NULL DEFAULT '',
	expiry      {{.Int}},
	received_at {{.Int}} NOT NULL,
	supplier_id {{.Blob}},
	PRIMARY KEY (shop_id, id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};
CREATE INDEX lots_product ON lots (shop_id, product_id);

-- The ledger. seq is gapless and orders the hash chain. lot_id of 16 zero bytes is
-- the product's unassigned lot, which alone may go negative.
CREATE TABLE movements (
	shop_id      {{.Int}} NOT NULL,
	seq          {{.Int}} NOT NULL,
	id           {{.Blob}} NOT NULL,
	kind         {{.Text}} NOT NULL CHECK (kind IN ('receipt', 'sale', 'customer_return', 'supplier_return', 'count', 'spoilage', 'own_use', 'gift', 'transfer', 'harvest', 'processing_in', 'processing_out', 'revaluation')),
	product_id   {{.Blob}} NOT NULL,
	lot_id       {{.Blob}} NOT NULL,
	quantity     {{.Int}} NOT NULL,
	value        {{.Int}} NOT NULL,
	occurred_at  {{.Int}} NOT NULL,
	recorded_at  {{.Int}} NOT NULL,
	business_day {{.Int}} NOT NULL,
	source       {{.Text}} NOT NULL DEFAULT '',
	source_id    {{.Blob}} NOT NULL,
	source_line  {{.Int}} NOT NULL DEFAULT 0,
	reverses_id  {{.Blob}},
	reason       {{.Text}} NOT NULL DEFAULT '',
	note         {{.Text}} NOT NULL DEFAULT '',
	person_id    {{.Blob}} NOT NULL,
	request      {{.Text}} NOT NULL DEFAULT '',
	hash         {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, seq),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};
CREATE UNIQUE INDEX movements_id ON movements (shop_id, id);
-- It also carries what the running quantity needs: a history reads the index alone.
CREATE INDEX movements_product ON movements (shop_id, product_id, seq, business_day, occurred_at, quantity);
CREATE INDEX movements_source ON movements (shop_id, source_id);
CREATE UNIQUE INDEX movements_reverses ON movements (shop_id, reverses_id) WHERE reverses_id IS NOT NULL;

-- Every posting (count, loss, receipt without order …) that a phone may send twice.
CREATE TABLE postings (
	shop_id      {{.Int}} NOT NULL REFERENCES shops (shop_id),
	client_id    {{.Blob}} NOT NULL,
	request_hash {{.Blob}} NOT NULL,
	kind         {{.Text}} NOT NULL,
	result       {{.Text}} NOT NULL DEFAULT '',
	recorded_at  {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, client_id)
){{.StrictNoRowid}};

CREATE TABLE lot_balances (
	shop_id    {{.Int}} NOT NULL,
	product_id {{.Blob}} NOT NULL,
	lot_id     {{.Blob}} NOT NULL,
	quantity   {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, product_id, lot_id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};

CREATE TABLE stock_balances (
	shop_id     {{.Int}} NOT NULL,
	product_id  {{.Blob}} NOT NULL,
	on_hand     {{.Int}} NOT NULL DEFAULT 0,
	value       {{.Int}} NOT NULL DEFAULT 0,
	last_cost   {{.Int}} NOT NULL DEFAULT 0,
	known_from  {{.Int}},
	last_count  {{.Int}},
	count_needed {{.Bool}} NOT NULL DEFAULT {{.False}},
	PRIMARY KEY (shop_id, product_id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};
CREATE INDEX stock_balances_wrong ON stock_balances (shop_id, on_hand) WHERE count_needed OR on_hand < 0;

-- What purchase expects (on order) and sales have promised (allocated), one row a line.
CREATE TABLE expected (
	shop_id     {{.Int}} NOT NULL,
	source_id   {{.Blob}} NOT NULL,
	source_line {{.Int}} NOT NULL,
	product_id  {{.Blob}} NOT NULL,
	supplier_id {{.Blob}} NOT NULL,
	quantity    {{.Int}} NOT NULL CHECK (quantity > 0),
	due_day     {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, source_id, source_line),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};
CREATE INDEX expected_product ON expected (shop_id, product_id);

CREATE TABLE allocations (
	shop_id     {{.Int}} NOT NULL,
	source_id   {{.Blob}} NOT NULL,
	source_line {{.Int}} NOT NULL,
	product_id  {{.Blob}} NOT NULL,
	quantity    {{.Int}} NOT NULL CHECK (quantity > 0),
	PRIMARY KEY (shop_id, source_id, source_line),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};
CREATE INDEX allocations_product ON allocations (shop_id, product_id);

-- The work queue of the background runner: products whose suggestion is stale.
CREATE TABLE changed (
	shop_id    {{.Int}} NOT NULL,
	product_id {{.Blob}} NOT NULL,
	from_day   {{.Int}} NOT NULL,
	marked_at  {{.Int}} NOT NULL,
	mark       {{.Int}} NOT NULL,
	PRIMARY KEY (shop_id, product_id)
){{.StrictNoRowid}};
CREATE INDEX changed_order ON changed (marked_at);

-- ── sales ───────────────────────────────────────────────────────────────────

CREATE TABLE channels (
	shop_id {{.Int}} NOT NULL REFERENCES shops (shop_id),
	id      {{.Blob}} NOT NULL,
	code    {{.Text}} NOT NULL,
	name    {{.Text}} NOT NULL,
	online  {{.Bool}} NOT NULL,
	PRIMARY KEY (shop_id, id),
	UNIQUE (shop_id, code)
){{.StrictNoRowid}};

CREATE TABLE import_batches (
	shop_id     {{.Int}} NOT NULL REFERENCES shops (shop_id),
	id          {{.Blob}} NOT NULL,
	number      {{.Int}} NOT NULL,
	kind        {{.Text}} NOT NULL CHECK (kind IN ('products', 'sales', 'stock')),
	source      {{.Text}} NOT NULL,
	file_name   {{.Text}} NOT NULL,
	file_hash   {{.Blob}} NOT NULL,
	state       {{.Text}} NOT NULL CHECK (state IN ('running', 'done', 'undone')),
	rows_read   {{.Int}} NOT NULL DEFAULT 0,
	rows_new    {{.Int}} NOT NULL DEFAULT 0,
	rows_same   {{.Int}} NOT NULL DEFAULT 0,
	rows_refused {{.Int}} NOT NULL DEFAULT 0,
	report      {{.Text}} NOT NULL DEFAULT '[]',
	person_id   {{.Blob}} NOT NULL,
	started_at  {{.Int}} NOT NULL,
	ended_at    {{.Int}},
	PRIMARY KEY (shop_id, id),
	UNIQUE (shop_id, number)
){{.StrictNoRowid}};

CREATE TABLE sales (
	shop_id      {{.Int}} NOT NULL,
	id           {{.Blob}} NOT NULL,
	request_hash {{.Blob}} NOT NULL,
	channel_id   {{.Blob}} NOT NULL,
	kind         {{.Text}} NOT NULL CHECK (kind IN ('sale', 'return')),
	business_day {{.Int}} NOT NULL,
	occurred_at  {{.Int}} NOT NULL,
	recorded_at  {{.Int}} NOT NULL,
	total        {{.Int}} NOT NULL,
	lines        {{.Int}} NOT NULL,
	province     {{.Text}} NOT NULL DEFAULT '',
	customer_key {{.Blob}},
	voided_at    {{.Int}},
	person_id    {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, id),
	FOREIGN KEY (shop_id, channel_id) REFERENCES channels (shop_id, id)
){{.StrictNoRowid}};
CREATE INDEX sales_day ON sales (shop_id, business_day, occurred_at);

-- Clustered by product and day, because demand reads it that way. quantity and
-- amount are signed: a return is negative. minute is minutes after midnight in the
-- shop's zone, -1 when only the day is known. history lines made no movement.
CREATE TABLE sale_lines (
	shop_id      {{.Int}} NOT NULL,
	product_id   {{.Blob}} NOT NULL,
	business_day {{.Int}} NOT NULL,
	sale_id      {{.Blob}} NOT NULL,
	line         {{.Int}} NOT NULL,
	minute       {{.Int}} NOT NULL CHECK (minute BETWEEN -1 AND 1439),
	quantity     {{.Int}} NOT NULL,
	unit         {{.Text}} NOT NULL,
	price        {{.Int}} NOT NULL,
	amount       {{.Int}} NOT NULL,
	promo        {{.Bool}} NOT NULL DEFAULT {{.False}},
	history      {{.Bool}} NOT NULL,
	batch_id     {{.Blob}},
	void         {{.Bool}} NOT NULL DEFAULT {{.False}},
	PRIMARY KEY (shop_id, product_id, business_day, sale_id, line),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id),
	FOREIGN KEY (shop_id, sale_id) REFERENCES sales (shop_id, id)
){{.StrictNoRowid}};
CREATE INDEX sale_lines_sale ON sale_lines (shop_id, sale_id, line);

CREATE TABLE wishes (
	shop_id      {{.Int}} NOT NULL REFERENCES shops (shop_id),
	id           {{.Blob}} NOT NULL,
	text         {{.Text}} NOT NULL CHECK (length(text) BETWEEN 1 AND 200),
	kind         {{.Text}} NOT NULL CHECK (kind IN ('asked', 'search')),
	product_id   {{.Blob}},
	business_day {{.Int}} NOT NULL,
	recorded_at  {{.Int}} NOT NULL,
	person_id    {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, id)
){{.StrictNoRowid}};
CREATE INDEX wishes_day ON wishes (shop_id, business_day);

-- ── purchase ────────────────────────────────────────────────────────────────

CREATE TABLE orders (
	shop_id      {{.Int}} NOT NULL,
	id           {{.Blob}} NOT NULL,
	number       {{.Int}} NOT NULL,
	supplier_id  {{.Blob}} NOT NULL,
	state        {{.Text}} NOT NULL CHECK (state IN ('draft', 'sent', 'confirmed', 'part_received', 'received', 'closed_short', 'cancelled')),
	currency     {{.Text}} NOT NULL,
	total        {{.Int}} NOT NULL,
	freight      {{.Int}} NOT NULL DEFAULT 0,
	saving       {{.Int}},
	prices_include_tax {{.Bool}} NOT NULL,
	language     {{.Text}} NOT NULL,
	note         {{.Text}} NOT NULL DEFAULT '',
	created_day  {{.Int}} NOT NULL,
	created_at   {{.Int}} NOT NULL,
	sent_at      {{.Int}},
	sent_day     {{.Int}},
	due_day      {{.Int}} NOT NULL,
	confirmed_at {{.Int}},
	closed_at    {{.Int}},
	person_id    {{.Blob}} NOT NULL,
	client_id    {{.Blob}},
	version      {{.Int}} NOT NULL DEFAULT 1,
	PRIMARY KEY (shop_id, id),
	UNIQUE (shop_id, number),
	FOREIGN KEY (shop_id, supplier_id) REFERENCES suppliers (shop_id, id)
){{.StrictNoRowid}};
CREATE INDEX orders_state ON orders (shop_id, state, number);
CREATE INDEX orders_supplier ON orders (shop_id, supplier_id, number);

CREATE TABLE order_lines (
	shop_id       {{.Int}} NOT NULL,
	order_id      {{.Blob}} NOT NULL,
	line          {{.Int}} NOT NULL CHECK (line > 0),
	product_id    {{.Blob}} NOT NULL,
	product_code  {{.Text}} NOT NULL,
	product_name  {{.Text}} NOT NULL,
	supplier_code {{.Text}} NOT NULL DEFAULT '',
	quantity      {{.Int}} NOT NULL CHECK (quantity > 0),
	unit          {{.Text}} NOT NULL,
	pack_unit     {{.Text}} NOT NULL,
	pack_num      {{.Int}} NOT NULL CHECK (pack_num > 0),
	pack_den      {{.Int}} NOT NULL CHECK (pack_den > 0),
	price         {{.Int}} NOT NULL CHECK (price >= 0),
	tax_rate      {{.Int}} NOT NULL DEFAULT 0,
	total         {{.Int}} NOT NULL,
	received      {{.Int}} NOT NULL DEFAULT 0 CHECK (received >= 0),
	reference_cost {{.Int}},
	PRIMARY KEY (shop_id, order_id, line),
	FOREIGN KEY (shop_id, order_id) REFERENCES orders (shop_id, id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.StrictNoRowid}};
CREATE INDEX order_lines_product ON order_lines (shop_id, product_id);

CREATE TABLE receipts (
	shop_id      {{.Int}} NOT NULL,
	id           {{.Blob}} NOT NULL,
	order_id     {{.Blob}} NOT NULL,
	business_day {{.Int}} NOT NULL,
	occurred_at  {{.Int}} NOT NULL,
	recorded_at  {{.Int}} NOT NULL,
	lead_time_days {{.Int}},
	total        {{.Int}} NOT NULL,
	note         {{.Text}} NOT NULL DEFAULT '',
	person_id    {{.Blob}} NOT NULL,
	request_hash {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, id),
	FOREIGN KEY (shop_id, order_id) REFERENCES orders (shop_id, id)
){{.StrictNoRowid}};
CREATE INDEX receipts_order ON receipts (shop_id, order_id);

CREATE TABLE receipt_lines (
	shop_id    {{.Int}} NOT NULL,
	receipt_id {{.Blob}} NOT NULL,
	position   {{.Int}} NOT NULL,
	order_line {{.Int}} NOT NULL,
	product_id {{.Blob}} NOT NULL,
	quantity   {{.Int}} NOT NULL CHECK (quantity >= 0),
	price      {{.Int}} NOT NULL CHECK (price >= 0),
	total      {{.Int}} NOT NULL,
	lot        {{.Text}} NOT NULL DEFAULT '',
	expiry     {{.Int}},
	PRIMARY KEY (shop_id, receipt_id, position),
	FOREIGN KEY (shop_id, receipt_id) REFERENCES receipts (shop_id, id)
){{.StrictNoRowid}};

-- One row per arrived delivery of a product: what lead times are learned from.
CREATE TABLE lead_times (
	shop_id     {{.Int}} NOT NULL,
	supplier_id {{.Blob}} NOT NULL,
	product_id  {{.Blob}} NOT NULL,
	receipt_id  {{.Blob}} NOT NULL,
	order_line  {{.Int}} NOT NULL,
	sent_day    {{.Int}} NOT NULL,
	days        {{.Int}} NOT NULL CHECK (days >= 0),
	PRIMARY KEY (shop_id, supplier_id, product_id, receipt_id, order_line)
){{.StrictNoRowid}};
CREATE INDEX lead_times_sent ON lead_times (shop_id, sent_day, supplier_id, days);

-- ── restock: all of it derived, rebuilt from the ledger ─────────────────────

CREATE TABLE demand_years (
	shop_id    {{.Int}} NOT NULL,
	product_id {{.Blob}} NOT NULL,
	year       {{.Int}} NOT NULL,
	packed     {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, product_id, year)
){{.Strict}};

CREATE TABLE forecast_pools (
	shop_id  {{.Int}} NOT NULL PRIMARY KEY REFERENCES shops (shop_id),
	made_day {{.Int}} NOT NULL,
	pool     {{.Text}} NOT NULL
){{.Strict}};

-- Everything a page shows of a product's future, ready to read. risk is in
-- 1/1,000,000; rates in thousandths a day; spark holds the small chart's points.
-- The long texts come last, so that lists and sums read only the rows' heads; and
-- the rows are long, so they do not live inside their key's index.
CREATE TABLE suggestions (
	shop_id        {{.Int}} NOT NULL,
	product_id     {{.Blob}} NOT NULL,
	as_of          {{.Int}} NOT NULL,
	supplier_id    {{.Blob}},
	offer_id       {{.Blob}},
	on_hand        {{.Int}} NOT NULL,
	available      {{.Int}} NOT NULL,
	on_order       {{.Int}} NOT NULL,
	stock_known    {{.Bool}} NOT NULL,
	risk           {{.Int}} NOT NULL CHECK (risk BETWEEN 0 AND 1000000),
	risk_until     {{.Int}},
	run_out_day    {{.Int}},
	cover_days     {{.Int}},
	daily_rate     {{.Int}} NOT NULL,
	quantity       {{.Int}} NOT NULL CHECK (quantity >= 0),
	pack_quantity  {{.Int}} NOT NULL,
	pack_unit      {{.Text}} NOT NULL,
	unit_price     {{.Int}} NOT NULL,
	line_cost      {{.Int}} NOT NULL,
	saving         {{.Int}},
	reference_cost {{.Int}},
	assumed        {{.Bool}} NOT NULL DEFAULT {{.False}},
	expiring       {{.Int}} NOT NULL DEFAULT 0,
	expiring_day   {{.Int}},
	state          {{.Text}} NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'ordered', 'snoozed')),
	snoozed_until  {{.Int}},
	override       {{.Int}} CHECK (override >= 0),
	override_reason {{.Text}} NOT NULL DEFAULT '',
	made_at        {{.Int}} NOT NULL,
	reason         {{.Text}} NOT NULL,
	spark          {{.Text}} NOT NULL,
	trace          {{.Text}} NOT NULL,
	PRIMARY KEY (shop_id, product_id),
	FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, id)
){{.Strict}};
-- What the page of suggestions lists, with the figures that it adds up.
CREATE INDEX suggestions_listed ON suggestions (shop_id, supplier_id, risk, product_id, state, stock_known, quantity, override, line_cost, saving)
	WHERE quantity > 0 OR override > 0 OR risk >= 200000;
CREATE INDEX suggestions_expiring ON suggestions (shop_id, expiring_day) WHERE expiring_day IS NOT NULL;

{{.AppendOnly "movements"}}

{{.AppendOnly "audit"}}

-- ── one shop never sees another's rows ─────────────────────────────────────

{{.RowSecurity "shops" "counters" "memberships" "sessions" "audit" "categories" "products" "barcodes" "packs" "suppliers" "closures" "offers" "price_breaks" "price_quotes" "lots" "movements" "postings" "lot_balances" "stock_balances" "expected" "allocations" "changed" "channels" "import_batches" "sales" "sale_lines" "wishes" "orders" "order_lines" "receipts" "receipt_lines" "lead_times" "demand_years" "forecast_pools" "suggestions"}}
