package photo_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/fault"
	"buhuo/internal/photo"
)

var sizes = []photo.Size{{Side: 800, Budget: 40_000}, {Side: 160, Budget: 5_000}}

// halves is a picture that is red on top and blue below, twice as wide as high.
func halves(w int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, w/2))
	for y := range w / 2 {
		for x := range w {
			m.Set(x, y, color.NRGBA{R: 220, A: 255})
			if y >= w/4 {
				m.Set(x, y, color.NRGBA{B: 220, A: 255})
			}
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withExif puts what a camera writes into a JPEG: where it was, and how it was held.
func withExif(file []byte, how uint16) []byte {
	tiff := []byte("MM\x00*\x00\x00\x00\x08\x00\x02")
	tiff = append(tiff, 0x01, 0x12, 0, 3, 0, 0, 0, 1, byte(how>>8), byte(how), 0, 0)
	tiff = append(tiff, 0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x26)
	tiff = append(tiff, 0, 0, 0, 0)
	body := append([]byte("Exif\x00\x00"), append(tiff, []byte("GPSLatitude 30.8231 GPSLongitude 110.9767")...)...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return append(append(append([]byte{}, file[:2]...), append(segment, body...)...), file[2:]...)
}

func shrunk(t testing.TB, body []byte) []photo.Picture {
	t.Helper()
	out, err := photo.Shrink(body, sizes...)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range out {
		m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		if err != nil {
			t.Fatal(err)
		}
		if b := m.Bounds(); b.Dx() != p.Width || b.Dy() != p.Height || max(b.Dx(), b.Dy()) > sizes[i].Side || len(p.JPEG) > sizes[i].Budget {
			t.Errorf("size %d has %v and %d bytes, told as %d × %d", i, b, len(p.JPEG), p.Width, p.Height)
		}
	}
	return out
}

// TestNothingOfTheCameraStays: no segment of the file but those that a picture needs, so
// neither place nor time nor thumbnail.
func TestNothingOfTheCameraStays(t *testing.T) {
	file := withExif(asJPEG(t, halves(1000)), 1)
	if !bytes.Contains(file, []byte("GPS")) {
		t.Fatal("the test's own picture tells no place")
	}
	for _, p := range shrunk(t, file) {
		for at := 2; p.JPEG[at+1] != 0xda; at += 2 + int(binary.BigEndian.Uint16(p.JPEG[at+2:])) {
			switch p.JPEG[at+1] {
			case 0xdb, 0xc0, 0xc4: // tables and the frame
			default:
				t.Errorf("a segment %#x stays", p.JPEG[at+1])
			}
		}
	}
}

// TestUpright: however the camera was held, red is on top, and the picture lies or stands
// as what was before it.
func TestUpright(t *testing.T) {
	scene := halves(400)
	for how := uint16(1); how <= 8; how++ {
		stored := image.NewNRGBA(scene.Bounds())
		if how >= 5 {
			stored = image.NewNRGBA(image.Rect(0, 0, 200, 400))
		}
		w, h := stored.Bounds().Dx(), stored.Bounds().Dy()
		for x := range 400 {
			for y := range 200 {
				// Where the tag's own definition puts this point of the scene: its row 0 and
				// column 0 are the named sides.
				var row, column int
				switch how {
				case 1:
					row, column = y, x
				case 2:
					row, column = y, w-1-x
				case 3:
					row, column = h-1-y, w-1-x
				case 4:
					row, column = h-1-y, x
				case 5:
					row, column = x, y
				case 6:
					row, column = h-1-x, y
				case 7:
					row, column = h-1-x, w-1-y
				case 8:
					row, column = x, w-1-y
				}
				stored.Set(column, row, scene.At(x, y))
			}
		}
		p := shrunk(t, withExif(asJPEG(t, stored), how))[0]
		m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		if err != nil {
			t.Fatal(err)
		}
		top, _, _, _ := m.At(200, 20).RGBA()
		_, _, below, _ := m.At(200, 180).RGBA()
		if p.Width != 400 || p.Height != 200 || top < 0x8000 || below < 0x8000 {
			t.Errorf("held as %d it comes out %d × %d, %x red on top, %x blue below", how, p.Width, p.Height, top, below)
		}
	}
}

// TestEveryKind: what people send comes out within the budget, noise that no codec likes
// too; what is transparent becomes white, and nothing grows.
func TestEveryKind(t *testing.T) {
	noise := image.NewNRGBA(image.Rect(0, 0, 1600, 1200))
	dice := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(dice.Uint32())
	}
	shrunk(t, asJPEG(t, noise))
	shrunk(t, asPNG(t, noise))
	shrunk(t, asJPEG(t, image.NewGray(image.Rect(0, 0, 50, 3000))))
	web, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA") // a point, as WebP
	if err != nil {
		t.Fatal(err)
	}
	shrunk(t, web)
	clear := shrunk(t, asPNG(t, image.NewNRGBA(image.Rect(0, 0, 30, 20))))
	m, err := jpeg.Decode(bytes.NewReader(clear[0].JPEG))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := m.At(10, 10).RGBA(); r < 0xf000 || clear[0].Width != 30 || clear[1].Height != 20 {
		t.Errorf("a clear picture has red %x and is %d wide", r, clear[0].Width)
	}
}

// claiming is a PNG of a few bytes that says to be so large.
func claiming(w, h uint32, depth byte) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	head = append(binary.BigEndian.AppendUint32(head, h), depth, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

// TestPicturesThatAreNone: refused with a sentence about the field, before anything large
// is decoded.
func TestPicturesThatAreNone(t *testing.T) {
	good := asJPEG(t, halves(400))
	scans := bytes.Repeat([]byte{0xff, 0xda}, 100)
	for name, c := range map[string]struct {
		body []byte
		key  string
	}{
		"nothing":               {nil, "trade.photo_unreadable"},
		"words":                 {[]byte("this is a photograph"), "trade.photo_unreadable"},
		"SVG":                   {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "trade.photo_unreadable"},
		"GIF":                   {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "trade.photo_unreadable"},
		"HEIC":                  {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "trade.photo_unreadable"},
		"half of a JPEG":        {good[:len(good)/2], "trade.photo_unreadable"},
		"a head alone":          {claiming(20, 20, 8), "trade.photo_unreadable"},
		"a bomb":                {claiming(50_000, 50_000, 8), "trade.photo_large"},
		"a long bomb":           {claiming(1<<31-1, 1, 8), "trade.photo_large"},
		"16 bits a colour":      {claiming(5_500, 5_000, 16), "trade.photo_large"},
		"too many pixels":       {claiming(5_001, 5_000, 8), "trade.photo_large"},
		"a WebP bomb":           {[]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\xff\xff\xff\x0f\x00\x00\x00\x00\x00\x00\x00\x00\x00"), "trade.photo_large"},
		"no pixels":             {claiming(0, 5, 8), "trade.photo_unreadable"},
		"endless passes":        {append(bytes.Clone(good), scans...), "trade.photo_unreadable"},
		"a pass over and again": {append(good[:len(good)-2:len(good)-2], scans...), "trade.photo_unreadable"},
	} {
		_, err := photo.Shrink(c.body, sizes...)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Key != c.key || f.Field != "photo" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAnyBytes: no file makes it fail otherwise than with a sentence.
func TestAnyBytes(t *testing.T) {
	seeds := [][]byte{withExif(asJPEG(t, halves(64)), 6), asPNG(t, halves(64))}
	rapid.Check(t, func(t *rapid.T) {
		body := bytes.Clone(rapid.SampledFrom(seeds).Draw(t, "file"))
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			body[rapid.IntRange(0, len(body)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		out, err := photo.Shrink(body, sizes...)
		if err == nil && (len(out) != 2 || len(out[0].JPEG) > 40_000) {
			t.Fatalf("%d pictures", len(out))
		}
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatal(err)
		}
	})
}

func BenchmarkShrink(b *testing.B) {
	m := image.NewNRGBA(image.Rect(0, 0, 4000, 3000))
	for i := range m.Pix {
		m.Pix[i] = uint8(i / 997)
	}
	file := asJPEG(b, m)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := photo.Shrink(file, sizes...); err != nil {
			b.Fatal(err)
		}
	}
}
