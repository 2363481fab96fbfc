package insightweb

import (
	"strings"
	"testing"

	"buhuo/internal/i18n"
	"buhuo/internal/shop"
)

func TestPlaces(t *testing.T) {
	zh, en := i18n.For(i18n.ZhHans), i18n.For(i18n.En)
	for code, want := range map[string]string{
		"33": "浙江", "3305": "湖州", "4419": "东莞", "4452": "揭阳", "3401": "合肥", "3418": "宣城", "5134": "凉山", "5227": "黔南", "6590": "自治区直辖", "3712": "莱芜",
		"5426": "林芝", "5404": "林芝", "6523": "昌吉", "4690": "省直辖", "3399": "3399", "99": "99", "": "",
	} {
		if got := place(zh, code); got != want {
			t.Errorf("%s is called %q, want %q", code, got, want)
		}
	}
	if got := place(en, "3305"); got != "湖州 3305" {
		t.Errorf("in English %q", got)
	}
	for code := range prefectureNames() {
		if len(code) != 4 || !strings.Contains(strings.Join(shop.Provinces(), " "), code[:2]) {
			t.Errorf("the code %q", code)
		}
	}
	if n := len(prefectureNames()); n < 340 || n > 360 {
		t.Errorf("%d prefectures", n)
	}
}

// TestProvinceOf: what people write of a supplier's province, in any language.
func TestProvinceOf(t *testing.T) {
	for text, want := range map[string]string{
		"浙江": "33", "浙江省": "33", "浙江省湖州市安吉县": "33", " 新疆维吾尔自治区 ": "65", "内蒙古自治区": "15", "Shanxi": "14", "shaanxi": "61", "Shaanxi, Xi'an": "61",
		"Inner Mongolia": "15", "Mongolie-Intérieure": "15", "33": "33", "330523": "33", "３３": "33", "": "", "老家": "老家", "Shanxiland": "Shanxiland", "99": "99", "3x": "3x",
	} {
		if got := provinceOf(text); got != want {
			t.Errorf("%q means %q, want %q", text, got, want)
		}
	}
}

// TestMap: every province has one tile, beside no other on the same place.
func TestMap(t *testing.T) {
	asked, at := map[string]bool{}, map[[2]int]bool{}
	list := tiles(i18n.For(i18n.ZhHans), func(code string) (int, string, string) {
		if asked[code] {
			t.Errorf("%s has two tiles", code)
		}
		asked[code] = true
		return 0, "", ""
	})
	for _, code := range shop.Provinces() {
		if !asked[code] {
			t.Errorf("%s has no tile", code)
		}
	}
	for _, one := range list {
		if at[[2]int{one.X, one.Y}] || one.X > 6 || one.Y > 7 || one.Label == "" {
			t.Errorf("tile %+v", one)
		}
		at[[2]int{one.X, one.Y}] = true
	}
	for n, want := range map[int64]int{-5: 0, 0: 0, 1: 1, 30: 1, 31: 2, 101: 3, 301: 4, 601: 5, 1000: 5} {
		if got := levelOf(n, 1000); got != want {
			t.Errorf("%d of 1000 has the level %d, want %d", n, got, want)
		}
	}
}
