package app

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// Progress shows how far long work has come: a bar on a terminal, a plain line
// every few seconds elsewhere.
type Progress struct {
	w        io.Writer
	terminal bool
	stage    string
	last     time.Time
}

// NewProgress writes to w.
func NewProgress(w io.Writer) *Progress {
	f, ok := w.(*os.File)
	return &Progress{w: w, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

const (
	barWidth  = 30
	lineEvery = 3 * time.Second
	barEvery  = 100 * time.Millisecond
)

// Show says that done of `of` steps of a stage are done.
func (p *Progress) Show(stage string, done, of int) {
	changed := stage != p.stage
	every := lineEvery
	if p.terminal {
		every = barEvery
	}
	if !changed && done < of && time.Since(p.last) < every {
		return
	}
	if changed && p.stage != "" && p.terminal {
		fmt.Fprintln(p.w)
	}
	p.stage, p.last = stage, time.Now()
	percent := 100
	if of > 0 {
		percent = 100 * min(done, of) / of
	}
	if !p.terminal {
		fmt.Fprintf(p.w, "%s: %d %%\n", stage, percent)
		return
	}
	full := barWidth * percent / 100
	fmt.Fprintf(p.w, "\r%-24s [%s%s] %3d %%", stage, strings.Repeat("#", full), strings.Repeat(" ", barWidth-full), percent)
}

// End leaves the last line alone.
func (p *Progress) End() {
	if p.terminal && p.stage != "" {
		fmt.Fprintln(p.w)
	}
}
