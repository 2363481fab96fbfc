package demo

import (
	"context"

	"buhuo/internal/account"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/sales"
)

// household is one that takes goods on credit: every how many days it pays, and how many
// hundredths of what it owes then.
type household struct {
	account.Person
	every, pays int
}

var households = []household{
	{account.Person{Name: "老李家", Phone: "13972010086"}, 15, 100},
	{account.Person{Name: "桥头王婶"}, 30, 80},
	{account.Person{Name: "村小食堂", Phone: "0717-2880066"}, 30, 100},
	{account.Person{Name: "东湾张木匠"}, 60, 50},
	{account.Person{Name: "茶园刘家"}, 90, 70},
	{account.Person{Name: "三组陈奶奶"}, 20, 60},
}

// helper is somebody who works some days of the week: a task, the minutes, the pay for
// each hour in minor units (0: family), and every how many days it is paid.
type helper struct {
	account.Person
	weekdays []int // 0 Sunday
	task     string
	minutes  int
	hour     money.Amount
	every    int
}

var helpersOf = []helper{
	{account.Person{Name: "小梅"}, []int{1, 3, 5}, "packing", 150, 1800, 14},
	{account.Person{Name: "阿强", Phone: "13667190021"}, []int{2, 6}, "delivery", 200, 2200, 7},
	{account.Person{Name: owner}, []int{1, 4}, "ordering", 40, 0, 0},
	{account.Person{Name: owner}, []int{0}, "counting", 75, 0, 0},
}

// weeklyBefore is how long tasks took before, in minutes, as the owner says.
var weeklyBefore = map[string]int{"ordering": 360, "counting": 180}

// oneIn is how rare a sale on credit is among those at the counter.
const oneIn = 400

// lent picks the sales that went into the credit book; their ids decide.
func lent(list []sales.Sale) (out []sales.Sale) {
	for _, s := range list {
		if s.Channel != sales.CounterCode || s.Kind != sales.KindSale || pick(s.ID)%oneIn != 0 {
			continue
		}
		s.Total = 0
		for _, line := range s.Lines {
			s.Total += line.Amount
		}
		out = append(out, s)
	}
	return out
}

func pick(id ident.ID) int { return int(id[15]) | int(id[14])<<8 | int(id[13])<<16 }

// lend writes down what households took on credit and paid back, and what helpers worked
// and were paid, on the days from through; of a day that is not over only the sales.
func (l *Loader) lend(ctx context.Context, lent []sales.Sale, from day.Date, through minute) error {
	whole := through.Day
	if through.Minute < wholeDay {
		whole--
	}
	for i, h := range households {
		owed, err := l.owed(ctx, account.Household, h.Name)
		if err != nil {
			return err
		}
		var past []account.Past
		rest := lent
		for d := from; d <= through.Day; d++ {
			for ; len(rest) > 0 && rest[0].BusinessDay <= d; rest = rest[1:] {
				if s := rest[0]; pick(s.ID)/oneIn%len(households) == i {
					past = append(past, account.Past{ID: ident.Derive(s.ID, []byte("credit")), Kind: account.Bought, Amount: s.Total, Day: d, SaleID: &s.ID})
					owed += s.Total
				}
			}
			pays := owed * money.Amount(h.pays) / 10_000 * 100 // in whole yuan, little debts at once
			if owed < 2000 {
				pays = owed
			}
			if d <= whole && (int(d)+7*i)%h.every == 0 && pays > 0 {
				past = append(past, account.Past{ID: dayID(h.Name, d), Kind: account.Paid, Amount: pays, Day: d})
				owed -= pays
			}
		}
		if err := l.Account.Load(ctx, account.Household, h.Person, past); err != nil {
			return err
		}
	}
	return l.employ(ctx, from, whole)
}

// owed is the balance of somebody so far.
func (l *Loader) owed(ctx context.Context, side account.Side, name string) (money.Amount, error) {
	list, err := l.Account.Accounts(ctx, account.Query{Side: side})
	for _, a := range list {
		if a.Name == name {
			return a.Balance, err
		}
	}
	return 0, err
}

func (l *Loader) employ(ctx context.Context, from, through day.Date) error {
	for _, h := range helpersOf {
		var past []account.Past
		earned, err := l.owed(ctx, account.Helper, h.Name)
		if err != nil {
			return err
		}
		for d := from; d <= through; d++ {
			for _, w := range h.weekdays {
				if int(d.Weekday()) == w {
					minutes := h.minutes + (int(d)*7)%5*10 - 20
					pay := h.hour * money.Amount(minutes) / 60
					past = append(past, account.Past{ID: dayID(h.Name+h.task, d), Kind: account.Worked, Amount: pay, Day: d, Task: h.task, Minutes: minutes})
					earned += pay
				}
			}
			if h.every > 0 && int(d)%h.every == 0 && earned > 0 {
				past = append(past, account.Past{ID: dayID(h.Name+"wage", d), Kind: account.Wage, Amount: earned, Day: d})
				earned = 0
			}
		}
		if err := l.Account.Load(ctx, account.Helper, h.Person, past); err != nil {
			return err
		}
	}
	return nil
}

var accountSpace = ident.MustParse("5d1c8f0e-3a77-5b0e-9c55-2f7f6c1f9a10")

func dayID(name string, d day.Date) ident.ID {
	return ident.Derive(accountSpace, []byte(name+d.String()))
}
