package boost

import (
	"math"
	"slices"
)

// maxBins is the number of bins for values; bin 0 is for what is missing.
const maxBins = 255

// lanes columns share a word per row, one byte each: a node reads eight columns at a time.
const lanes = 8

// bins are the columns with each value replaced by the number of its bin.
type bins struct {
	cuts   [][]float32 // per column, rising: bin b holds the values above cuts[b-2] up to cuts[b-1]
	blocks [][]uint64  // per eight columns and row
}

// discretise puts the columns into at most limit bins each.
func discretise(columns [][]float32, limit, workers int) bins {
	b := bins{cuts: make([][]float32, len(columns)), blocks: newBlocks(len(columns), rowsOf(columns))}
	each(len(b.blocks), workers, func(k int) {
		block := b.blocks[k]
		var sorted []float32
		for lane := range min(lanes, len(columns)-k*lanes) {
			col := columns[k*lanes+lane]
			sorted = present(col, sorted[:0])
			slices.Sort(sorted)
			cuts := quantileCuts(sorted, limit)
			b.cuts[k*lanes+lane] = cuts
			for r, x := range col {
				if x == x {
					block[r] |= uint64(1+below(cuts, x)) << (8 * lane)
				}
			}
		}
	})
	return b
}

func rowsOf(columns [][]float32) int {
	if len(columns) == 0 {
		return 0
	}
	return len(columns[0])
}

func newBlocks(columns, rows int) [][]uint64 {
	blocks := make([][]uint64, (columns+lanes-1)/lanes)
	for i := range blocks {
		blocks[i] = make([]uint64, rows)
	}
	return blocks
}

// repack writes the chosen columns side by side into blocks, so that a tree on few columns reads few.
func (b *bins) repack(chosen []int, blocks [][]uint64, workers int) {
	each(len(blocks), workers, func(k int) {
		to := blocks[k]
		clear(to)
		for lane := range min(lanes, len(chosen)-k*lanes) {
			c := chosen[k*lanes+lane]
			shift := 8 * (c % lanes)
			for r, word := range b.blocks[c/lanes] {
				to[r] |= uint64(uint8(word>>shift)) << (8 * lane)
			}
		}
	})
}

func present(col, into []float32) []float32 {
	for _, x := range col {
		if x == x {
			into = append(into, x)
		}
	}
	return into
}

// below counts the cuts below x.
func below(cuts []float32, x float32) int {
	from, n := 0, len(cuts)
	for n > 0 {
		half := n / 2
		if cuts[from+half] < x {
			from += half + 1
			n -= half + 1
		} else {
			n = half
		}
	}
	return from
}

// quantileCuts divides sorted values into at most limit bins: one for each value where they suffice,
// else bins of about equal rows in which a value that fills a bin alone stays alone.
func quantileCuts(sorted []float32, limit int) []float32 {
	distinct := 1
	for i := 1; i < len(sorted); i++ {
		if sorted[i] != sorted[i-1] {
			distinct++
		}
	}
	values, counts := make([]float32, 0, distinct), make([]int, 0, distinct)
	for i, x := range sorted {
		if i > 0 && x == values[len(values)-1] {
			counts[len(counts)-1]++
			continue
		}
		values, counts = append(values, x), append(counts, 1)
	}
	var cuts []float32
	left, size := float64(len(sorted)), 0.0
	for i := 0; i+1 < len(values) && len(cuts) < limit-1; i++ {
		size += float64(counts[i])
		full := left / float64(limit-len(cuts))
		heavy := float64(counts[i+1]) >= full && size >= full/2
		if len(values) <= limit || size >= full || heavy {
			cuts = append(cuts, between(values[i], values[i+1]))
			left -= size
			size = 0
		}
	}
	return cuts
}

// between is the middle of a < b, at least a and below b.
func between(a, b float32) float32 {
	m := float32(float64(a)/2 + float64(b)/2)
	if m < a || m >= b {
		return a
	}
	return m
}

// threshold is the value up to which bin b of column c reaches.
func (b *bins) threshold(c int, bin uint8) float32 {
	if cuts := b.cuts[c]; int(bin) <= len(cuts) {
		return cuts[bin-1]
	}
	return math.MaxFloat32 // all that is not missing
}
