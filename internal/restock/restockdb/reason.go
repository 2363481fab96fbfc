package restockdb

import (
	"fmt"
	"strconv"
	"strings"

	"buhuo/internal/replenish"
)

// A reason is kept as one line a message, its fields parted by tabs: the key, then
// name:kind:value for each argument, with :unit and :packs:pack unit where it has
// them. That is a fifth of its JSON and stays in the head of the row, so that a
// page of suggestions reads no second page of the file for each.
const (
	messageEnd = "\n"
	argStart   = "\t"
	fieldStart = ":"
)

var (
	escape   = strings.NewReplacer("%", "%25", "\n", "%0A", "\t", "%09", ":", "%3A")
	unescape = strings.NewReplacer("%25", "%", "%0A", "\n", "%09", "\t", "%3A", ":")
)

// escaped is a field as it is kept; most hold nothing to escape.
func escaped(field string) string {
	if !strings.ContainsAny(field, "%\n\t:") {
		return field
	}
	return escape.Replace(field)
}

func packReason(messages []replenish.Message) string {
	var b strings.Builder
	for i, m := range messages {
		if i > 0 {
			b.WriteString(messageEnd)
		}
		b.WriteString(escaped(m.Key))
		for _, a := range m.Args {
			b.WriteString(argStart + escaped(a.Name) + fieldStart + escaped(string(a.Kind)) + fieldStart)
			if a.Text != "" {
				b.WriteString("'" + escaped(a.Text))
			} else {
				b.WriteString(strconv.FormatInt(a.Int, 10))
			}
			if a.Unit != "" || a.PackUnit != "" || a.Packs != 0 {
				b.WriteString(fieldStart + escaped(a.Unit))
			}
			if a.PackUnit != "" || a.Packs != 0 {
				b.WriteString(fieldStart + strconv.FormatInt(a.Packs, 10) + fieldStart + escaped(a.PackUnit))
			}
		}
	}
	return b.String()
}

// unpackReason reads what packReason wrote.
func unpackReason(packed string) ([]replenish.Message, error) {
	if packed == "" {
		return nil, nil
	}
	messages := make([]replenish.Message, 0, 1+strings.Count(packed, messageEnd))
	for line := range strings.SplitSeq(packed, messageEnd) {
		key, rest, more := strings.Cut(line, argStart)
		m := replenish.Message{Key: plain(key)}
		if more {
			m.Args = make([]replenish.Arg, 0, 1+strings.Count(rest, argStart))
		}
		for more {
			var one string
			one, rest, more = strings.Cut(rest, argStart)
			a, err := unpackArg(one)
			if err != nil {
				return nil, err
			}
			m.Args = append(m.Args, a)
		}
		messages = append(messages, m)
	}
	return messages, nil
}

func unpackArg(s string) (a replenish.Arg, err error) {
	var fields [6]string
	n := 0
	for part := range strings.SplitSeq(s, fieldStart) {
		if n == len(fields) {
			return a, fmt.Errorf("a reason's argument has too many fields: %q", s)
		}
		fields[n] = part
		n++
	}
	if n < 3 || n == 5 {
		return a, fmt.Errorf("a reason's argument has too few fields: %q", s)
	}
	a = replenish.Arg{Name: plain(fields[0]), Kind: replenish.Kind(plain(fields[1])), Unit: plain(fields[3]), PackUnit: plain(fields[5])}
	if text, ok := strings.CutPrefix(fields[2], "'"); ok {
		a.Text = plain(text)
	} else if a.Int, err = strconv.ParseInt(fields[2], 10, 64); err != nil {
		return a, fmt.Errorf("a reason's argument: %w", err)
	}
	if n == 6 {
		if a.Packs, err = strconv.ParseInt(fields[4], 10, 64); err != nil {
			return a, fmt.Errorf("a reason's argument: %w", err)
		}
	}
	return a, nil
}

func plain(s string) string {
	if strings.Contains(s, "%") {
		return unescape.Replace(s)
	}
	return s
}
