// Package app is the composition root: it reads the configuration, opens the
// database, wires every room to its neighbours and runs the program. registry.go
// is the one list of what can be plugged in.
package app

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Config is what the program is told.
type Config struct {
	// Target is the database: a folder for SQLite or a postgres:// address.
	Target string
	// Lang is the language of names that the program makes up ("usual supplier").
	Lang string
	// Addr is HOST:PORT to listen on.
	Addr string
	// Metrics is HOST:PORT of the figures for Prometheus; empty: none.
	Metrics string
	// TLS says that people come over TLS, ended by a proxy in front.
	TLS bool
	// PublicURL is where suppliers reach the program; empty: they have no links.
	PublicURL string
	// Key is the installation's secret; nil: there is none, and no links.
	Key []byte
	// PrivateMail lets shops name mail servers on this machine and its own networks.
	PrivateMail bool
	// Demo marks a demonstration, whose login stands on the login page.
	Demo                    bool
	DemoLogin, DemoPassword string
}

// ParseSettings reads a file of `name = value` lines; # begins a remark, and
// blank lines are skipped. Values may stand in double quotes.
func ParseSettings(r io.Reader) (map[string]string, error) {
	values := map[string]string{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" {
			return nil, fmt.Errorf("line %d of the settings file is not of the form name = value", n)
		}
		value = strings.TrimSpace(value)
		if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
			value = value[1 : len(value)-1]
		}
		values[strings.ToLower(strings.ReplaceAll(name, "_", "-"))] = value
	}
	return values, lines.Err()
}
