package paper

import (
	"strings"
	"testing"
)

// What is not as gopdf writes it is refused, not cut.
func TestReplace(t *testing.T) {
	const file = "%PDF-1.7\n1 0 obj\n<< >>\nendobj\n2 0 obj\n<< /A 1 >>\nendobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000030 00000 n \ntrailer\n<< /Size 3 >>\nstartxref\n56\n%%EOF\n"
	got, err := replace([]byte(file), map[int]string{1: "<< /Longer true >>"})
	if err != nil {
		t.Fatal(err)
	}
	const want = "%PDF-1.7\n1 0 obj\n<< /Longer true >>\nendobj\n2 0 obj\n<< /A 1 >>\nendobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000043 00000 n \ntrailer\n<< /Size 3 >>\nstartxref\n69\n%%EOF\n"
	if string(got) != want {
		t.Errorf("it became\n%s\nwant\n%s", got, want)
	}
	for _, bad := range []string{
		"", "startxref\n", "startxref\nx", "startxref\n99999\n", "xref\n0 3\nstartxref\n0\n", "xref\n0 1\nx\ntrailer\nstartxref\n0\n",
		strings.Replace(file, "0000000030", "9999999999", 1), strings.Replace(file, "0 3", "0 -3", 1), strings.Replace(file, "0 3", "0 4", 1),
	} {
		if _, err := replace([]byte(bad), nil); err == nil {
			t.Errorf("%.60q was taken for a file", bad)
		}
	}
}
