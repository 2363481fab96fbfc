package restockdb

import (
	"database/sql"
	"fmt"

	"buhuo/internal/ident"
)

// cells take the columns of one row after the other as the driver gives them: a
// list has thousands, and the standard scanner's way by reflection costs more than
// reading them. They are asked for in the order of the query. What is not of the
// type asked for is an error of the row, not a panic.
type cells struct {
	values, targets []any
	at              int
	err             error
}

// scan reads a row.
func (c *cells) scan(rows *sql.Rows) error {
	if c.targets == nil {
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		c.values, c.targets = make([]any, len(names)), make([]any, len(names))
		for i := range c.values {
			c.targets[i] = &c.values[i]
		}
	}
	c.at, c.err = 0, nil
	return rows.Scan(c.targets...)
}

func (c *cells) next() any {
	if c.at >= len(c.values) {
		c.wrong("no column")
		return nil
	}
	c.at++
	return c.values[c.at-1]
}

func (c *cells) wrong(wanted string) {
	if c.err == nil {
		c.err = fmt.Errorf("restockdb: column %d is not %s", c.at, wanted)
	}
}

// none reports whether the next column is NULL, and leaves it there.
func (c *cells) none() bool { return c.at < len(c.values) && c.values[c.at] == nil }

// number is a whole number, 0 for NULL.
func number[T ~int | ~int32 | ~int64](c *cells) T {
	switch v := c.next().(type) {
	case int64:
		return T(v)
	case nil:
	default:
		c.wrong("a number")
	}
	return 0
}

// maybe is a whole number or nil for NULL.
func maybe[T ~int | ~int32 | ~int64](c *cells) *T {
	if c.none() {
		c.at++
		return nil
	}
	return new(number[T](c))
}

// flag is a yes or no; SQLite has numbers for them.
func (c *cells) flag() bool {
	switch v := c.next().(type) {
	case bool:
		return v
	case int64:
		return v != 0
	case nil:
	default:
		c.wrong("yes or no")
	}
	return false
}

// text is a string, "" for NULL.
func (c *cells) text() string {
	switch v := c.next().(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case nil:
	default:
		c.wrong("text")
	}
	return ""
}

// bytes are a blob that the caller may keep, nil for NULL.
func (c *cells) bytes() []byte {
	v := c.next()
	b, ok := v.([]byte)
	if !ok && v != nil {
		c.wrong("a blob")
	}
	return b
}

// id is an id or nil for NULL.
func (c *cells) id() *ident.ID {
	b := c.bytes()
	if b == nil {
		return nil
	}
	id, err := ident.FromBytes(b)
	if err != nil {
		c.wrong("an id")
		return nil
	}
	return &id
}
