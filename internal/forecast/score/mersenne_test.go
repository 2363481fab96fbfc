package score

import "testing"

// The first outputs that the authors published with their program, for the key of four words.
func TestMersenneByItsAuthors(t *testing.T) {
	m := mersenneFrom([]uint32{0x123, 0x234, 0x345, 0x456})
	for i, want := range []uint32{1067595299, 955945823, 477289528, 4107218783, 4228976476} {
		if got := m.word(); got != want {
			t.Errorf("output %d is %d, published %d", i, got, want)
		}
	}
	for range 995 - 1 {
		m.word()
	}
	if got := m.word(); got != 3460025646 {
		t.Errorf("output 1000 is %d", got)
	}
}

// The first numbers of seed 1 in the language whose generator this is as well.
func TestMersenneNumbers(t *testing.T) {
	m := newMersenne(1)
	for i, want := range []float64{0.13436424411240122, 0.8474337369372327, 0.763774618976614} {
		if got := m.float64(); got != want {
			t.Errorf("number %d is %v, not %v", i, got, want)
		}
	}
}
