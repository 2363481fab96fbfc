package boost

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
)

// A word holds two sums: slopes in the upper 32 bits, signed, and second derivatives, never negative,
// in the lower. One addition adds both; the scales of a tree see to it that neither overflows. (Shi
// et al. 2022 showed that far fewer bits are enough.)

func pack(g, h float64) uint64 {
	return uint64(int64(math.Round(g)))<<32 + uint64(math.Round(h))
}

func slope(word uint64) float64 { return float64(int32(word >> 32)) }

func bend(word uint64) uint32 { return uint32(word) }

// block is the histogram of eight columns, 256 bins each.
type block [lanes * 256]uint64

// histogram has a block for each block of columns.
type histogram []block

// fill adds up words[i] in the bins of row rows[i].
func (h *block) fill(bins []uint64, rows []int32, words []uint64) {
	clear(h[:])
	words = words[:len(rows)]
	for i, r := range rows {
		b, word := bins[r], words[i]
		h[uint8(b)] += word
		h[256+int(uint8(b>>8))] += word
		h[512+int(uint8(b>>16))] += word
		h[768+int(uint8(b>>24))] += word
		h[1024+int(uint8(b>>32))] += word
		h[1280+int(uint8(b>>40))] += word
		h[1536+int(uint8(b>>48))] += word
		h[1792+int(uint8(b>>56))] += word
	}
}

// subtract leaves what the sibling has (Ke et al. 2017).
func (h *block) subtract(child *block) {
	for i := range h {
		h[i] -= child[i]
	}
}

// lane is the histogram of one column.
func (h *block) lane(i int) *[256]uint64 {
	return (*[256]uint64)(h[i*256:])
}

// each calls f(0) to f(n-1) from several goroutines (the number of processors when workers is 0); f
// must not care about the order.
func each(n, workers int, f func(i int)) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if workers = min(workers, n); workers <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wait.Wait()
}
