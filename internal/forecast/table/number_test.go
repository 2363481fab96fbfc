package table

import "testing"

// TestNumbersAreOnesThatAUnitCanTell: what is below a part in a billion is nothing.
func TestNumbersAreOnesThatAUnitCanTell(t *testing.T) {
	for x, want := range map[float64]string{4.56212545e-62: "0", 9.9e-10: "0", 0: "0", 0.0235787886: "0.0235787886", 1e-9: "1e-09", 12: "12"} {
		if got := string(number(nil, x)); got != want {
			t.Errorf("%g is written %s, want %s", x, got, want)
		}
	}
}
