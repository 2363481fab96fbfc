package tradeweb

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/photo"
	"buhuo/internal/trade"
	"buhuo/internal/web"
	tradeview "buhuo/views/trade"
	"buhuo/views/ui"
)

// What a photo may weigh: one on a page, and thirty in a list, over a slow line.
var (
	largePhoto = photo.Size{Side: 800, Budget: 40_000}
	smallPhoto = photo.Size{Side: 160, Budget: 5_000}
)

// shelves are the addresses below which each kind of reader has photos.
var shelves = map[trade.Showing]string{trade.ToOwner: "/publish/", trade.ToShops: "/directory/", trade.ToAll: "/sheets/"}

// photoAddress is where the pixels are. The tag in it lets browsers keep them for ever.
func photoAddress(of trade.Showing, id ident.ID, tag string, size trade.Size) string {
	address := shelves[of] + id.String() + "/photo.jpg?v=" + tag
	if size == trade.Small {
		address += "&size=small"
	}
	return address
}

// photoOf is a photo on a page; nothing without one.
func photoOf(of trade.Showing, id ident.ID, p *trade.Photo) ui.PhotoModel {
	if p == nil {
		return ui.PhotoModel{}
	}
	return ui.PhotoModel{Src: photoAddress(of, id, p.Tag, trade.Large), Alt: p.Alt, Width: strconv.Itoa(p.Width), Height: strconv.Itoa(p.Height)}
}

// Picture is the photo of one of the shop's products, its own or its producer's.
func (h *Handlers) Picture(c *gin.Context, product ident.ID) (ui.PhotoModel, error) {
	p, err := h.trade.PhotoOf(c.Request.Context(), product)
	if err != nil || p == nil {
		return ui.PhotoModel{}, err
	}
	return photoOf(p.Of, p.ID, &p.Photo), nil
}

// photo answers with the pixels. An address with their tag never changes what it shows;
// without it, the browser asks again each time and is told when nothing is new. What only
// some may see is kept in nobody's cache but theirs; what all may see, in caches between
// for a day, because a sheet can be withdrawn.
func (h *Handlers) photo(of trade.Showing) web.Handler {
	return func(c *gin.Context) error {
		id, err := web.PathID(c, "id")
		if err != nil {
			return err
		}
		size := trade.Large
		if web.QueryOf(c).Value("size") == string(trade.Small) {
			size = trade.Small
		}
		tag, pixels, err := h.trade.Picture(c.Request.Context(), of, id, size)
		if err != nil {
			return err
		}
		keep := "private, max-age=31536000, immutable"
		if of == trade.ToAll {
			keep = "public, max-age=86400, immutable"
		}
		if web.QueryOf(c).Value("v") != tag {
			keep = "private, no-cache"
		}
		c.Header("Cache-Control", keep)
		etag := `"` + tag + "-" + string(size) + `"`
		c.Header("ETag", etag)
		if c.GetHeader("If-None-Match") == etag {
			c.Status(http.StatusNotModified)
			c.Writer.WriteHeaderNow()
			return nil
		}
		web.Inline(c, "photo-"+tag+".jpg", "image/jpeg", pixels)
		return nil
	}
}

// photoForm is the photo of a listing that is saved, and how to send another.
func photoForm(c *gin.Context, t *i18n.Printer, l trade.Listing) *tradeview.PhotoForm {
	if l.Version == 0 {
		return nil
	}
	f, base := web.FormOf(c), "/publish/"+l.ProductID.String()+"/photo"
	m := &tradeview.PhotoForm{
		Action: base,
		File:   ui.FieldModel{Name: "photo", Label: t.T("trade.photo_file"), Hint: t.T("trade.photo_hint"), Type: "file", Accept: photo.Kinds, Error: f.Sentence("photo")},
		Alt:    ui.FieldModel{Name: "alt", Label: t.T("trade.photo_alt"), Hint: t.T("trade.photo_alt_hint"), Value: f.Value("alt"), Error: f.Sentence("alt"), Max: trade.MaxAlt},
	}
	if l.Photo != nil {
		m.Photo, m.Remove = photoOf(trade.ToOwner, l.ProductID, l.Photo), base+"/remove"
		if !f.Given("alt") {
			m.Alt.Value = l.Photo.Alt
		}
	}
	return m
}

// putPhoto takes a photo, or other words for the one there is.
func (h *Handlers) putPhoto(c *gin.Context) error {
	l, p, err := h.pathDraft(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	in := trade.NewPhoto{Photo: trade.Photo{Alt: f.String("alt", trade.MaxAlt)}}
	if err = f.Err(); err == nil {
		err = readPhoto(c, &in)
	}
	if err == nil {
		err = h.trade.PutPhoto(c.Request.Context(), p.ID, in)
	}
	return h.photoAnswer(c, l, p, err, "trade.flash_photo")
}

// readPhoto fills in the pixels of the file that was sent, if one was.
func readPhoto(c *gin.Context, in *trade.NewPhoto) error {
	file, err := web.Upload(c, "photo")
	if err != nil {
		if fault.KindOf(err) == fault.Invalid && web.FormOf(c).Value("alt") != "" {
			return nil // words alone
		}
		return err
	}
	defer file.Close() //nolint:errcheck // read only
	body, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	sizes, err := photo.Shrink(body, largePhoto, smallPhoto)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(sizes[0].JPEG)
	in.Large, in.Small, in.Width, in.Height = sizes[0].JPEG, sizes[1].JPEG, sizes[0].Width, sizes[0].Height
	in.Tag = hex.EncodeToString(hash[:8])
	return nil
}

func (h *Handlers) removePhoto(c *gin.Context) error {
	l, p, err := h.pathDraft(c)
	if err != nil {
		return err
	}
	return h.photoAnswer(c, l, p, h.trade.RemovePhoto(c.Request.Context(), p.ID), "trade.flash_photo_gone")
}

// photoAnswer leads back to the listing, or shows its page with what is wrong with the
// photo.
func (h *Handlers) photoAnswer(c *gin.Context, l trade.Listing, p catalog.Product, err error, flash string) error {
	f := web.FormOf(c)
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Kind == fault.Invalid {
		f.Add(refused.Field, refused)
	}
	if f.Refused(err) {
		return h.listingPage(c, http.StatusUnprocessableEntity, l, p, knownListing(l, h.showUnit(c)))
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, flash)
	return web.Redirect(c, "/publish/"+p.ID.String())
}
