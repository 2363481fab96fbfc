package tradedb

import (
	"context"
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/trade"
)

// Pictured is a listing with what it tells of its photo; the pixels stay where they are.
type Pictured struct {
	Listed
	PhotoTag, PhotoAlt      *string
	PhotoWidth, PhotoHeight int
}

const withPhoto = "LEFT JOIN listing_photos f ON f.shop_id = l.shop_id AND f.listing_id = l.id"

var picturedColumns = "l." + strings.ReplaceAll(listingColumns, ", ", ", l.") +
	", f.tag AS photo_tag, f.alt AS photo_alt, COALESCE(f.width, 0) AS photo_width, COALESCE(f.height, 0) AS photo_height"

func (r Pictured) listing() (trade.Listing, error) {
	l, err := r.Listed.listing()
	if r.PhotoTag != nil && r.PhotoAlt != nil {
		l.Photo = &trade.Photo{Tag: *r.PhotoTag, Alt: *r.PhotoAlt, Width: r.PhotoWidth, Height: r.PhotoHeight}
	}
	return l, err
}

// sees is who may see a photo, as a condition on the listing and its producer.
var sees = map[trade.Showing]string{
	trade.ToOwner: "l.shop_id = ? AND l.product_id = ?",
	trade.ToShops: "l.shop_id <> ? AND l.id = ? AND l.published AND p.open",
	trade.ToAll:   "l.id = ? AND l.published AND p.open AND l.sheet",
}

// Picture reads the pixels of a photo in a size.
func (s *Store) Picture(ctx context.Context, of trade.Showing, id ident.ID, size trade.Size) (tag string, jpeg []byte, err error) {
	column := "f.small"
	if size == trade.Large {
		column = "f.large"
	}
	args := []any{id}
	if of == trade.ToAll {
		ctx = db.Installation(ctx)
	} else {
		own, err := db.Shop(ctx)
		if err != nil {
			return "", nil, err
		}
		args = []any{own, id}
	}
	var rows []struct {
		Tag  string
		JPEG []byte
	}
	query := "SELECT f.tag, " + column + " AS jpeg FROM listings l JOIN listing_photos f ON f.shop_id = l.shop_id AND f.listing_id = l.id LEFT JOIN producers p ON p.shop_id = l.shop_id WHERE " + sees[of] + " LIMIT 1"
	if err := s.d.From(ctx).Raw(query, args...).Scan(&rows).Error; err != nil {
		return "", nil, db.Err(err)
	}
	if len(rows) == 0 {
		return "", nil, trade.ErrMissing
	}
	return rows[0].Tag, rows[0].JPEG, nil
}

// PhotoOf finds the photo of a product: of the shop's listing, or of one that it took.
func (s *Store) PhotoOf(ctx context.Context, product ident.ID) (*trade.Seen, error) {
	own, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Theirs        int
		ID            ident.ID
		Tag, Alt      string
		Width, Height int
	}
	err = s.d.From(ctx).Raw(`SELECT 0 AS theirs, l.product_id AS id, f.tag, f.alt, f.width, f.height
		FROM listings l JOIN listing_photos f ON f.shop_id = l.shop_id AND f.listing_id = l.id WHERE l.shop_id = ? AND l.product_id = ?
		UNION ALL SELECT 1, l.id, f.tag, f.alt, f.width, f.height
		FROM followed w JOIN listings l ON l.id = w.listing_id AND l.shop_id <> w.shop_id JOIN producers p ON p.shop_id = l.shop_id
		JOIN listing_photos f ON f.shop_id = l.shop_id AND f.listing_id = l.id
		WHERE w.shop_id = ? AND w.product_id = ? AND l.published AND p.open ORDER BY 1, 2 LIMIT 1`, own, product, own, product).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, db.Err(err)
	}
	r := rows[0]
	seen := &trade.Seen{Photo: trade.Photo{Tag: r.Tag, Alt: r.Alt, Width: r.Width, Height: r.Height}, Of: trade.ToOwner, ID: r.ID}
	if r.Theirs != 0 {
		seen.Of = trade.ToShops
	}
	return seen, nil
}

// PutPhoto writes the photo of a listing of the shop, or removes it.
func (s *Store) PutPhoto(ctx context.Context, listing ident.ID, p *trade.NewPhoto, at day.Micros) error {
	own, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	if p == nil {
		return db.Err(s.d.From(ctx).Exec("DELETE FROM listing_photos WHERE shop_id = ? AND listing_id = ?", own, listing).Error)
	}
	if p.Large == nil { // other words for the same pixels
		return db.Err(s.d.From(ctx).Exec("UPDATE listing_photos SET alt = ?, changed_at = ? WHERE shop_id = ? AND listing_id = ?", p.Alt, int64(at), own, listing).Error)
	}
	_, err = s.d.Insert(ctx, "listing_photos", []string{"shop_id", "listing_id", "tag", "alt", "width", "height", "changed_at", "small", "large"}, 1,
		`ON CONFLICT (shop_id, listing_id) DO UPDATE SET tag = excluded.tag, alt = excluded.alt, width = excluded.width, height = excluded.height,
			changed_at = excluded.changed_at, small = excluded.small, large = excluded.large`,
		func(_ int, dst []any) {
			copy(dst, []any{listing, p.Tag, p.Alt, p.Width, p.Height, int64(at), p.Small, p.Large})
		})
	return err
}
