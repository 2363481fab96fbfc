package ui

import (
	"context"
	"io"
	"sync"

	"github.com/a-h/templ"

	"buhuo/static"
)

// Icon draws a symbol of the sprite; it is silent, a word stands beside it. A long
// list has hundreds of the same few, so each is written once.
func Icon(name string) templ.Component {
	if known, ok := icons.Load(name); ok {
		return known.(templ.Component)
	}
	drawn, _ := icons.LoadOrStore(name, picture(`<svg class="icon" aria-hidden="true"><use href="`+templ.EscapeString(sprite(name))+`"></use></svg>`))
	return drawn.(templ.Component)
}

// icons holds what Icon drew, by name; names stand in the program, so they are few.
var icons sync.Map

// picture is finished markup.
type picture string

// Render implements templ.Component.
func (p picture) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, string(p))
	return err
}

// sprite is a symbol's address.
func sprite(icon string) string { return static.URL("icons.svg") + "#" + icon }
