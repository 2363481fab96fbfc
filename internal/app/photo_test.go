package app_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"buhuo/internal/tenant"
	"buhuo/internal/webtest"
)

// basket is a picture in two colours, w by h.
func basket(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), 40, 255})
		}
	}
	return m
}

// TestAProducersPhoto: sent once, it stands small on the sheet, in the directory and at
// the product, with words for who does not see it; browsers keep it until it changes.
func TestAProducersPhoto(t *testing.T) {
	h := newHouse(t)
	b := h.login(t, tenant.Manager)
	product := h.mine.ids["product"].String()
	var file bytes.Buffer
	if err := png.Encode(&file, basket(1500, 900)); err != nil {
		t.Fatal(err)
	}
	send := func(name string, content []byte, alt string) *webtest.Response {
		t.Helper()
		form := b.Get("/publish/"+product).Want(http.StatusOK).Form("form[action$='/photo']").Set("alt", alt)
		if content != nil {
			form = form.File("photo", name, content)
		}
		return form.Submit()
	}
	send("筐.png", file.Bytes(), "一筐红枣").Want(http.StatusSeeOther)
	before := h.snapshot(t)
	send("筐.png", file.Bytes(), "一筐红枣").Want(http.StatusSeeOther)
	unchanged(t, "the same photo again", before, h.snapshot(t))

	nobody := webtest.New(t, h.server.Handler())
	sheet := nobody.Get("/sheets/" + h.mine.sheet.String()).Want(http.StatusOK).Find("img.photo")
	src, alt := sheet.AttrOr("src", ""), sheet.AttrOr("alt", "")
	if alt != "一筐红枣" || sheet.AttrOr("width", "") != "800" || sheet.AttrOr("height", "") != "480" {
		t.Errorf("the sheet has %q, %s by %s", alt, sheet.AttrOr("width", ""), sheet.AttrOr("height", ""))
	}
	picture := nobody.Get(src).Want(http.StatusOK)
	m, err := jpeg.Decode(bytes.NewReader(picture.Body))
	if err != nil || m.Bounds().Dx() != 800 || len(picture.Body) > 40_000 {
		t.Errorf("the photo is %d bytes, %v", len(picture.Body), err)
	}
	if got := picture.Header.Get("Cache-Control"); got != "public, max-age=86400, immutable" || picture.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("it comes as %s, kept %s", picture.Header.Get("Content-Type"), got)
	}
	plain, _, _ := strings.Cut(src, "?")
	again := nobody.Get(plain).Want(http.StatusOK)
	if got := again.Header.Get("Cache-Control"); got != "private, no-cache" {
		t.Errorf("without its tag it is kept %s", got)
	}
	fresh := nobody.Header("If-None-Match", again.Header.Get("ETag")).Get(plain).Want(http.StatusNotModified)
	if len(fresh.Body) != 0 || fresh.Header.Get("ETag") != again.Header.Get("ETag") {
		t.Errorf("nothing new is %d bytes", len(fresh.Body))
	}
	own := b.Get("/products/" + product).Want(http.StatusOK).Find("img.photo")
	if r := b.Get(own.AttrOr("src", "")).Want(http.StatusOK); r.Header.Get("Cache-Control") != "private, max-age=31536000, immutable" || own.AttrOr("alt", "") != "一筐红枣" {
		t.Errorf("the product's own photo is kept %s", r.Header.Get("Cache-Control"))
	}
	listed := b.Get("/directory").Want(http.StatusOK).Find("img.tile")
	small := b.Get(listed.AttrOr("src", "")).Want(http.StatusOK)
	if !strings.Contains(listed.AttrOr("src", ""), "size=small") || len(small.Body) > 5_000 {
		t.Errorf("the directory's photo %s is %d bytes", listed.AttrOr("src", ""), len(small.Body))
	}

	// Other words need no other photo; what cannot be read changes nothing.
	send("", nil, "两筐红枣").Want(http.StatusSeeOther)
	if got := nobody.Get("/sheets/" + h.mine.sheet.String()).Find("img.photo"); got.AttrOr("alt", "") != "两筐红枣" || got.AttrOr("src", "") != src {
		t.Errorf("after other words: %q at %s", got.AttrOr("alt", ""), got.AttrOr("src", ""))
	}
	before = h.snapshot(t)
	for name, content := range notFiles(t) {
		r := send(name, content, "")
		if r.Status != http.StatusUnprocessableEntity && r.Status != http.StatusRequestEntityTooLarge || len(r.Text("main")) < 12 {
			t.Errorf("%s: %d %s", name, r.Status, r.Text("main"))
		}
		if r.Status == http.StatusUnprocessableEntity && r.Text(".wrong") == "" {
			t.Errorf("%s comes back without a sentence", name)
		}
	}
	if r := send("x.jpg", file.Bytes(), strings.Repeat("长", 121)); r.Status != http.StatusUnprocessableEntity || r.Form("form[action$='/photo']").Value("alt") == "" {
		t.Errorf("words too long: %d", r.Status)
	}
	unchanged(t, "what was refused", before, h.snapshot(t))

	b.Get("/publish/" + product).Form("form[action$='/photo/remove']").Submit().Want(http.StatusSeeOther)
	nobody.Get(src).Want(http.StatusNotFound)
	if n := nobody.Get("/sheets/" + h.mine.sheet.String()).Want(http.StatusOK).Find("img").Length(); n != 0 {
		t.Errorf("removed, the sheet has %d photos", n)
	}
}
