package xlsx

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"buhuo/internal/fault"
	"buhuo/internal/purchase"
)

var _ purchase.Workbook = Format{}

// What a template may be: somebody else's file, kept and opened at each export.
const (
	maxTemplate  = 10 << 20 // bytes of the file
	maxUnpacked  = 20 << 20
	maxParts     = 1_000
	maxColumn    = 200 // cells beyond these are no form that people fill in
	previewRows  = 30
	previewCells = 14
)

func refuse(key string) error { return fault.New(fault.Invalid, key).WithField("file") }

// Examine refuses a template that is no workbook, or that does more than to be filled
// in: macros, embedded programs, links to other files, sizes that unpack without end.
func (Format) Examine(template []byte) ([][]string, error) {
	f, err := open(template)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it only frees memory
	rows, err := f.Rows(f.GetSheetName(0))
	if err != nil {
		return nil, refuse("purchase.template_unreadable")
	}
	defer rows.Close() //nolint:errcheck // read only
	var out [][]string
	for len(out) < previewRows && rows.Next() {
		cells, err := rows.Columns()
		if err != nil {
			return nil, refuse("purchase.template_unreadable")
		}
		out = append(out, cells[:min(len(cells), previewCells)])
	}
	return out, nil
}

// open opens a template after its parts have been looked at.
func open(template []byte) (*excelize.File, error) {
	if len(template) > maxTemplate {
		return nil, refuse("purchase.template_too_large")
	}
	z, err := zip.NewReader(bytes.NewReader(template), int64(len(template)))
	if err != nil {
		return nil, refuse("purchase.template_unreadable")
	}
	if len(z.File) > maxParts {
		return nil, refuse("purchase.template_too_large")
	}
	left := int64(maxUnpacked)
	for _, part := range z.File {
		n, err := look(part, left)
		if err != nil {
			return nil, err
		}
		left -= n
	}
	f, err := excelize.OpenReader(bytes.NewReader(template), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked})
	if err != nil || len(f.GetSheetList()) == 0 {
		return nil, refuse("purchase.template_unreadable")
	}
	if _, err := f.GetSheetDimension(f.GetSheetName(0)); err != nil {
		return nil, refuse("purchase.template_unreadable")
	}
	return f, nil
}

var (
	rowNumber  = regexp.MustCompile(`<(?:\w+:)?row\b[^>]*\br="(\d+)"`)
	cellNumber = regexp.MustCompile(`<(?:\w+:)?c\b[^>]*\br="([A-Za-z]+)\d+"`)
)

// look reads one part of the file, at most so many bytes, and refuses what is not
// just cells. A sheet with a single cell far away would be as large as all between.
func look(part *zip.File, most int64) (int64, error) {
	name := strings.ToLower(strings.ReplaceAll(part.Name, "\\", "/"))
	for _, bad := range []string{"vbaproject", "xl/macrosheets", "xl/activex", "xl/embeddings", "xl/ctrlprops"} {
		if strings.Contains(name, bad) {
			return 0, refuse("purchase.template_macros")
		}
	}
	for _, bad := range []string{"xl/externallinks", "xl/connections", "xl/querytables", "xl/webextensions"} {
		if strings.Contains(name, bad) {
			return 0, refuse("purchase.template_links")
		}
	}
	in, err := part.Open()
	if err != nil {
		return 0, refuse("purchase.template_unreadable")
	}
	defer in.Close() //nolint:errcheck // read only
	body, err := io.ReadAll(io.LimitReader(in, most+1))
	switch {
	case err != nil && !errors.Is(err, zip.ErrChecksum):
		return 0, refuse("purchase.template_unreadable")
	case int64(len(body)) > most:
		return 0, refuse("purchase.template_too_large")
	case bytes.Contains(body, []byte("macroEnabled")):
		return 0, refuse("purchase.template_macros")
	}
	for _, m := range rowNumber.FindAllSubmatch(body, -1) {
		if n, err := strconv.Atoi(string(m[1])); err != nil || n > 2*purchase.MaxTemplateRows {
			return 0, refuse("purchase.template_too_large")
		}
	}
	for _, m := range cellNumber.FindAllSubmatch(body, -1) {
		if n, err := excelize.ColumnNameToNumber(string(m[1])); err != nil || n > maxColumn {
			return 0, refuse("purchase.template_too_large")
		}
	}
	return int64(len(body)), nil
}
