package restockdb

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/replenish"
)

func TestReasonRoundTrip(t *testing.T) {
	kinds := []replenish.Kind{replenish.KindQuantity, replenish.KindDate, replenish.KindMoney, replenish.KindPrice, replenish.KindPercent, replenish.KindWeekday, replenish.KindFestival, replenish.KindText}
	text := rapid.StringOf(rapid.RuneFrom([]rune("ab%:\t\n'3A09合作社 𬍛")))
	arg := rapid.Custom(func(t *rapid.T) replenish.Arg {
		a := replenish.Arg{Name: text.Draw(t, "name"), Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
		if a.Text = text.Draw(t, "text"); a.Text == "" { // an argument holds a number or a text
			a.Int = rapid.Int64().Draw(t, "int")
		}
		if rapid.Bool().Draw(t, "measured") {
			a.Unit = text.Draw(t, "unit")
		}
		if rapid.Bool().Draw(t, "packed") {
			a.Packs, a.PackUnit = rapid.Int64().Draw(t, "packs"), text.Draw(t, "pack unit")
		}
		return a
	})
	rapid.Check(t, func(t *rapid.T) {
		var messages []replenish.Message
		for range rapid.IntRange(0, 4).Draw(t, "messages") {
			m := replenish.Message{Key: "reason." + text.Draw(t, "key")}
			for range rapid.IntRange(0, 3).Draw(t, "args") {
				m.Args = append(m.Args, arg.Draw(t, "arg"))
			}
			messages = append(messages, m)
		}
		packed := packReason(messages)
		got, err := unpackReason(packed)
		if err != nil || !reflect.DeepEqual(got, messages) {
			t.Fatalf("%q reads as %+v, %v; want %+v", packed, got, err, messages)
		}
	})
}

func FuzzUnpackReason(f *testing.F) {
	f.Add("")
	f.Add("reason.demand\trate:quantity:6000:kg")
	f.Add("reason.order\tquantity:quantity:30000:kg:6:box\ton:date:20782\nreason.note_assumed")
	f.Add("a\tb:c:'%3A%25")
	f.Fuzz(func(t *testing.T, s string) {
		messages, err := unpackReason(s)
		if err != nil {
			return
		}
		again, err := unpackReason(packReason(messages))
		if err != nil || !reflect.DeepEqual(again, messages) {
			t.Fatalf("%q reads as %+v, then as %+v, %v", s, messages, again, err)
		}
	})
}
