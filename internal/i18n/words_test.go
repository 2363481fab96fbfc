package i18n_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// concept is a word of the trade that is easily mistaken for another: the same message must use it in
// all three languages or in none.
type concept struct {
	en, fr, zh []string
	// never are words that would make it something else in the same message.
	never []string
}

var concepts = []concept{
	// extra units against uncertainty only; not what is expected to sell before a delivery, and not a
	// minimum set by hand
	{[]string{"safety stock"}, []string{"stock de sécurité"}, []string{"安全库存"}, []string{"minimum", "最低", "lead-time demand", "demande pendant le délai", "提前期需求"}},
	{[]string{"lead-time demand"}, []string{"demande pendant le délai"}, []string{"提前期需求"}, nil},
	{[]string{"reorder point"}, []string{"point de réapprovisionnement", "point de commande"}, []string{"再订货点", "补货点"}, nil},
	{[]string{"service level"}, []string{"taux de service"}, []string{"服务水平"}, []string{"fill rate", "taux de satisfaction", "满足率"}},
	{[]string{"fill rate"}, []string{"taux de satisfaction", "taux de remplissage"}, []string{"满足率"}, nil},
}

func names(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(strings.ToLower(text), w) {
			return true
		}
	}
	return false
}

// wrong says what is wrong with the words of one message.
func wrong(en, fr, zh string) string {
	for _, c := range concepts {
		a, b, d := names(en, c.en), names(fr, c.fr), names(zh, c.zh)
		if a != b || b != d {
			return c.en[0] + " is not said in all three languages"
		}
		if a && (names(en, c.never) || names(fr, c.never) || names(zh, c.never)) {
			return c.en[0] + " is mixed up with another word"
		}
	}
	return ""
}

// Against field mistake 13: "safety stock" used as a name for lead-time demand, or for a minimum.
func TestFieldMistake13WordsOfTheTrade(t *testing.T) {
	for message, want := range map[[3]string]bool{
		{"Safety stock: 3", "Stock de sécurité : 3", "安全库存：3"}:                                 true,
		{"Lead-time demand: 3", "Stock de sécurité : 3", "提前期需求：3"}:                            false,
		{"Safety stock (minimum): 3", "Stock de sécurité (minimum) : 3", "安全库存（最低）：3"}:         false,
		{"Minimum stock: 3", "Stock minimum : 3", "安全库存：3"}:                                    false,
		{"Reorder point", "Point de commande", "补货点"}:                                          true,
		{"Service level (fill rate)", "Taux de service (taux de satisfaction)", "服务水平（订单满足率）"}: false,
		{"Sold out", "En rupture", "缺货"}:                                                       true,
	} {
		if got := wrong(message[0], message[1], message[2]) == ""; got != want {
			t.Errorf("%v: %q", message, wrong(message[0], message[1], message[2]))
		}
	}
	languages := map[string]map[string]string{}
	for _, lang := range []string{"en", "fr", "zh-Hans"} {
		languages[lang] = spoken(t, lang)
	}
	if len(languages["en"]) < 300 {
		t.Fatalf("only %d messages were found", len(languages["en"]))
	}
	for key, en := range languages["en"] {
		if said := wrong(en, languages["fr"][key], languages["zh-Hans"][key]); said != "" {
			t.Errorf("%s: %s", key, said)
		}
	}
}

// spoken reads the messages of a language, the forms of a plural as one text.
func spoken(t *testing.T, lang string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("locales", lang, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, path := range files {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var messages map[string]json.RawMessage
		if err := json.Unmarshal(source, &messages); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for key, text := range messages {
			var plain string
			if json.Unmarshal(text, &plain) != nil {
				plain = string(text)
			}
			out[key] = plain
		}
	}
	return out
}
