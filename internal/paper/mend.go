package paper

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf16"

	"buhuo/internal/face"
)

var errFile = errors.New("the PDF is not as gopdf writes it")

// mend makes good what gopdf leaves out of a file: characters beyond 16 bits can be
// searched and copied, and a reader is told the language and shows the title.
func (p *Paper) mend(file []byte) ([]byte, error) {
	const catalog = 1
	return replace(file, map[int]string{
		catalog: fmt.Sprintf("<< /Type /Catalog /Pages 2 0 R /Lang (%s) /ViewerPreferences << /DisplayDocTitle true >> >>", p.lang),
		p.texts: stream(p.characters()),
	})
}

// characters is the map from pictures to what they stand for, in blocks of a hundred,
// which is the most that readers take (ISO 32000-1, 9.10.3). Those beyond 16 bits are
// pairs of surrogates.
func (p *Paper) characters() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def /CMapName /Adobe-Identity-UCS def /CMapType 2 def\n" +
		"1 begincodespacerange <0000> <FFFF> endcodespacerange\n")
	// Two characters may share a picture: a no-break space is copied as a space.
	stands := map[face.Glyph]rune{}
	for r := range p.drawn {
		g := p.face.Glyph(r)
		if first, shared := stands[g]; !shared || r < first {
			stands[g] = r
		}
	}
	var lines []string
	for _, g := range slices.Sorted(maps.Keys(stands)) {
		line := fmt.Sprintf("<%04X> <", g)
		for _, u := range utf16.AppendRune(nil, stands[g]) {
			line += fmt.Sprintf("%04X", u)
		}
		lines = append(lines, line+">\n")
	}
	const most = 100
	for from := 0; from < len(lines); from += most {
		block := lines[from:min(from+most, len(lines))]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(block))
		for _, line := range block {
			b.WriteString(line)
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap CMapName currentdict /CMap defineresource pop end end\n")
	return b.Bytes()
}

func stream(data []byte) string {
	var z bytes.Buffer
	packer := zlib.NewWriter(&z)
	packer.Write(data) //nolint:errcheck // into memory
	packer.Close()     //nolint:errcheck // into memory
	return fmt.Sprintf("<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", z.Len(), z.Bytes())
}

// replace puts objects of a file in the place of those with the same numbers, and
// writes anew where each begins.
func replace(file []byte, objects map[int]string) ([]byte, error) {
	var table, count int
	if at := bytes.LastIndex(file, []byte("startxref\n")); at < 0 {
		return nil, errFile
	} else if _, err := fmt.Sscanf(string(file[at:]), "startxref\n%d", &table); err != nil || table >= at {
		return nil, errFile
	}
	if _, err := fmt.Sscanf(string(file[table:]), "xref\n0 %d\n", &count); err != nil {
		return nil, errFile
	}
	if count < 2 {
		return nil, errFile
	}
	lines := bytes.SplitN(file[table:], []byte("\n"), count+3) // xref, 0 count, the lines, the trailer
	if len(lines) != count+3 {
		return nil, errFile
	}
	starts := make([]int, count+1)
	for i := range count {
		if _, err := fmt.Sscanf(string(lines[i+2]), "%d", &starts[i]); err != nil {
			return nil, errFile
		}
	}
	starts[count] = table
	if !slices.IsSorted(starts) {
		return nil, errFile
	}

	out := bytes.NewBuffer(make([]byte, 0, len(file)))
	out.Write(file[:starts[1]])
	for i := 1; i < count; i++ {
		begin := out.Len()
		if body, changed := objects[i]; changed {
			fmt.Fprintf(out, "%d 0 obj\n%s\nendobj\n", i, body)
		} else {
			out.Write(file[starts[i]:starts[i+1]])
		}
		copy(lines[i+2], fmt.Sprintf("%010d", begin))
	}
	trailer, _, _ := bytes.Cut(lines[count+2], []byte("startxref\n"))
	begin := out.Len()
	for _, line := range lines[:count+2] {
		out.Write(line)
		out.WriteByte('\n')
	}
	out.Write(trailer)
	fmt.Fprintf(out, "startxref\n%d\n%%%%EOF\n", begin)
	return out.Bytes(), nil
}
