-- Photos of what producers offer.

-- +goose Up

-- The photo of a listing in two sizes, as JPEG without anything of the camera; tag is
-- made of the pixels. Other shops read the row while the listing is published.
CREATE TABLE listing_photos (
	shop_id    {{.Int}} NOT NULL,
	listing_id {{.Blob}} NOT NULL,
	tag        {{.Text}} NOT NULL,
	alt        {{.Text}} NOT NULL CHECK (length(alt) BETWEEN 1 AND 200),
	width      {{.Int}} NOT NULL CHECK (width > 0),
	height     {{.Int}} NOT NULL CHECK (height > 0),
	changed_at {{.Int}} NOT NULL,
	small      {{.Blob}} NOT NULL,
	large      {{.Blob}} NOT NULL,
	PRIMARY KEY (shop_id, listing_id),
	FOREIGN KEY (shop_id, listing_id) REFERENCES listings (shop_id, id)
){{.Strict}};

{{.RowSecurity "listing_photos"}}
{{.Published "listing_photos" "EXISTS (SELECT 1 FROM listings l WHERE l.shop_id = listing_photos.shop_id AND l.id = listing_photos.listing_id AND l.published)"}}
