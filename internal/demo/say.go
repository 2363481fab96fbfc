package demo

import (
	"encoding/binary"

	"buhuo/internal/restock"
)

// said is a reason as the demo's shopkeeper gives it.
type said struct {
	why  restock.Why
	note string
}

// What he says when he orders less than is suggested, nothing of it, or more. Many a
// time he says nothing.
var (
	saidLess = []said{{}, {}, {why: restock.WhyLess}, {restock.WhyCash, "这个月先紧着点"}, {why: restock.WhySpace}, {restock.WhyEnough, "仓库里还有一些"}, {why: restock.WhyPrice}}
	saidNone = []said{{}, {why: restock.WhyEnough}, {restock.WhyQuality, "上次来的不新鲜"}, {why: restock.WhySupplier}, {restock.WhyLess, "这阵子没人问"}, {why: restock.WhyCash}}
	saidMore = []said{{}, {}, {why: restock.WhyMore}, {restock.WhyEvent, "村里有喜事"}, {restock.WhyPrice, "多拿便宜些"}, {why: restock.WhyOther}}
)

// say adds what the shopkeeper said to what he ordered; of what he left out, some he
// refused and some he put off. The same decision always gets the same words.
func say(d *restock.Decision) {
	dice := binary.BigEndian.Uint64(d.ID[len(d.ID)-8:])
	from := saidMore
	switch {
	case d.Chosen == d.Suggested:
		return
	case d.Chosen == 0:
		d.Kind, from = []restock.Decided{restock.DecidedChanged, restock.DecidedSnoozed, restock.DecidedRejected}[dice%3], saidNone
	case d.Chosen < d.Suggested:
		from = saidLess
	}
	one := from[dice/3%uint64(len(from))]
	d.Why, d.Note = one.why, one.note
}
