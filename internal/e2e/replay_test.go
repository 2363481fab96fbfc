package e2e_test

import (
	"strings"
	"testing"
	"time"

	"buhuo/internal/e2e"
	"buhuo/internal/i18n"
)

// TestReplayOfTheShop asks, with scripts switched off, for the past to be replayed, reads
// what came of it, picks another point of the frontier and adopts it, and changes back.
// With scripts axe finds nothing.
func TestReplayOfTheShop(t *testing.T) {
	slow(t)
	s := startDemo(t)
	plain := e2e.Open(t, s.Base, 360)
	plain.Plain()
	plain.Go("/login?lang=fr")
	logIn(t, plain)
	plain.Go("/replay")
	plain.Shows("Essayez nos commandes sur votre propre passé")
	readable(t, plain, i18n.Fr)
	plain.Press("main form[action='/replay'] button")
	plain.Shows("Le passé est en train d’être rejoué")
	readable(t, plain, i18n.Fr)
	for range 300 {
		if plain.Go("/replay"); strings.Contains(plain.Text("main"), "Avec nos commandes") {
			break
		}
		time.Sleep(time.Second)
	}
	for _, words := range []string{"Avec nos commandes (réglage : équilibré)", "Ce que vous avez fait", "En connaissant l’avenir", "en moyenne", "Sur 100 fois", "produits sont rejoués"} {
		plain.Shows(words)
	}
	readable(t, plain, i18n.Fr)
	plain.Press(".picks a:first-of-type")
	if !strings.Contains(plain.Path(), "point=0") {
		t.Fatalf("the emptiest shelf leads to %s", plain.Path())
	}
	plain.Shows("Le réglage le plus proche est « peu de pertes »")
	plain.Press("#chosen form button")
	plain.Shows("Désormais, les commandes sont proposées ainsi")
	plain.Shows("Votre magasin commande déjà ainsi")
	plain.Shows("Avec nos commandes (réglage : peu de pertes)")
	plain.Press(".picks a:last-of-type")
	plain.Press("#chosen form button")
	plain.Shows("Avec nos commandes (réglage : jamais de rupture)")

	tab := e2e.Open(t, s.Base, 360)
	logIn(t, tab)
	for _, lang := range i18n.Langs() {
		tab.Go("/replay?lang=" + string(lang))
		healthy(t, tab, lang)
	}
	tab.Forget()
	tab.Go("/replay")
	if html := e2e.Ask[int](tab, "performance.getEntriesByType('navigation')[0].encodedBodySize"); html > maxHTML || html == 0 {
		t.Errorf("the HTML of the replay is %d bytes of %d", html, maxHTML)
	}
}
