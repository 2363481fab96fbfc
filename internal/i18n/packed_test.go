package i18n

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"io/fs"
	"os"
	"testing"
)

// TestPacked: what is packed is what stands in the files.
func TestPacked(t *testing.T) {
	var made bytes.Buffer
	w := zip.NewWriter(&made)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestCompression) })
	err := fs.WalkDir(os.DirFS("."), "locales", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := w.CreateHeader(&zip.FileHeader{Name: path, Method: zip.Deflate}) // no time: the same texts, the same bytes
		if err != nil {
			return err
		}
		_, err = file.Write(text)
		return err
	})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("locales.zip", made.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(made.Bytes(), packed) {
		t.Error("the packed texts are stale: run make generate and commit")
	}
}
