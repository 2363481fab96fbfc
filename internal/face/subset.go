package face

import "slices"

// Subset is a font with only these pictures, numbered in their order, for a document
// that embeds it; the first must be 0. Pictures that others are composed of follow.
// It has no character map: the document says which number is which character.
func (f *Face) Subset(glyphs []Glyph) []byte {
	order := slices.Clone(glyphs)
	number := make(map[Glyph]uint16, len(order))
	for i, g := range order {
		number[g] = uint16(i)
	}
	var glyf, loca, hmtx []byte
	for i := 0; i < len(order); i++ { // order grows
		g := order[i]
		loca = be.AppendUint32(loca, uint32(len(glyf)))
		hmtx = append(hmtx, f.metric(g)...)
		shape := slices.Clone(f.shape(g))
		if len(shape) >= 10 && int16(be.Uint16(shape)) < 0 {
			components(shape, func(c component) {
				if _, known := number[c.glyph]; !known {
					number[c.glyph] = uint16(len(order))
					order = append(order, c.glyph)
				}
				be.PutUint16(shape[c.place:], number[c.glyph])
			})
		}
		glyf = append(glyf, shape...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
	}
	loca = be.AppendUint32(loca, uint32(len(glyf)))
	head, hhea, maxp := slices.Clone(f.tables["head"]), slices.Clone(f.tables["hhea"]), slices.Clone(f.tables["maxp"])
	be.PutUint16(head[50:], 1) // places are whole
	be.PutUint16(hhea[34:], uint16(len(order)))
	be.PutUint16(maxp[4:], uint16(len(order)))
	return file([]table{{"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp}})
}

// metric is a picture's advance and what is empty before it.
func (f *Face) metric(g Glyph) []byte {
	hmtx, i := f.tables["hmtx"], int(g)
	if i < f.metrics {
		return hmtx[4*i : 4*i+4]
	}
	advance, bearing := hmtx[4*(f.metrics-1):], hmtx[4*f.metrics+2*(i-f.metrics):]
	return []byte{advance[0], advance[1], bearing[0], bearing[1]}
}

type table struct {
	name string
	data []byte
}

// file writes tables, which come sorted by name, as a font file.
func file(tables []table) []byte {
	log := 0
	for 2<<log <= len(tables) {
		log++
	}
	out := []byte{0, 1, 0, 0}
	for _, n := range []int{len(tables), 16 << log, log, 16*len(tables) - 16<<log} {
		out = be.AppendUint16(out, uint16(n))
	}
	at := 12 + 16*len(tables)
	for _, t := range tables {
		out = append(out, t.name...)
		for _, n := range []uint32{checksum(t.data), uint32(at), uint32(len(t.data))} {
			out = be.AppendUint32(out, n)
		}
		at += (len(t.data) + 3) / 4 * 4
	}
	for _, t := range tables {
		out = append(out, t.data...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	return out
}

func checksum(b []byte) uint32 {
	sum := uint32(0)
	for len(b) >= 4 {
		sum += be.Uint32(b)
		b = b[4:]
	}
	var last [4]byte
	copy(last[:], b)
	return sum + be.Uint32(last[:])
}
