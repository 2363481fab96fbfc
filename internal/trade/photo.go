package trade

import (
	"context"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
)

// Photo is what a listing tells of its photo. Tag changes with the pixels, so that an
// address that holds it may be kept for ever.
type Photo struct {
	Tag           string
	Alt           string // what is to be seen, for who does not see it
	Width, Height int    // of Large
}

// NewPhoto is a photo with its pixels, as JPEG without anything else.
type NewPhoto struct {
	Photo
	Large, Small []byte
}

// Size is how large a photo is wanted.
type Size string

// The sizes.
const (
	Large Size = "large"
	Small Size = "small"
)

// Showing is to whom a photo is shown.
type Showing string

// Who sees a photo: its own shop, by the product; other shops, while the listing is
// published; everybody, while it also has a public sheet.
const (
	ToOwner Showing = "owner"
	ToShops Showing = "shops"
	ToAll   Showing = "all"
)

// MaxAlt bounds what is told of a photo, in characters.
const MaxAlt = 120

// Picture reads the pixels of a photo and their tag. id is the product for its owner, the
// listing for everybody else. NotFound when there is none to see.
func (s *Service) Picture(ctx context.Context, of Showing, id ident.ID, size Size) (tag string, jpeg []byte, err error) {
	tag, jpeg, err = s.store.Picture(ctx, of, id, size)
	return tag, jpeg, missing(err, "trade.photo_missing")
}

// PutPhoto gives the listing of a product a photo, in place of the one before. Without
// pixels it changes the words only. The same again changes nothing.
func (s *Service) PutPhoto(ctx context.Context, product ident.ID, p NewPhoto) error {
	alt, err := catalog.CleanText(p.Alt, MaxAlt)
	if f, ok := fault.As(err); ok {
		return f.WithField("alt")
	}
	if err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		l, err := s.store.Listing(ctx, product)
		if err != nil {
			return missing(err, "trade.listing_missing")
		}
		if p.Alt = alt; p.Alt == "" {
			p.Alt = l.Name
		}
		if p.Tag == "" {
			if l.Photo == nil {
				return fault.New(fault.Invalid, "trade.photo_needed").WithField("photo")
			}
			p.Photo = Photo{Tag: l.Photo.Tag, Alt: p.Alt, Width: l.Photo.Width, Height: l.Photo.Height}
		}
		if l.Photo != nil && *l.Photo == p.Photo {
			return nil
		}
		if err := s.store.PutPhoto(ctx, l.ID, &p, s.micros()); err != nil {
			return err
		}
		return s.journal.Record(ctx, "directory.photo", product, map[string]any{"name": l.Name, "photo": p.Tag})
	})
}

// RemovePhoto takes the photo off the listing of a product. Twice is once.
func (s *Service) RemovePhoto(ctx context.Context, product ident.ID) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		l, err := s.store.Listing(ctx, product)
		if err != nil || l.Photo == nil {
			return missing(err, "trade.listing_missing")
		}
		if err := s.store.PutPhoto(ctx, l.ID, nil, s.micros()); err != nil {
			return err
		}
		return s.journal.Record(ctx, "directory.photo", product, map[string]any{"name": l.Name, "photo": ""})
	})
}

// Seen is a photo of one of the shop's products, and where to have it.
type Seen struct {
	Photo
	Of Showing
	ID ident.ID // for Picture
}

// PhotoOf finds a photo of a product: the shop's own, or that of the producer from whose
// directory entry it was taken; nil when there is none.
func (s *Service) PhotoOf(ctx context.Context, product ident.ID) (*Seen, error) {
	return s.store.PhotoOf(ctx, product)
}
