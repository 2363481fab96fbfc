package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"

	"github.com/spf13/cobra"

	"buhuo/internal/app"
	"buhuo/internal/demo"
)

type serveCommand struct {
	target
	Addr, Metrics, PublicURL, KeyFile, LogLevel string
	TLSProxy, PrivateMail                       bool
}

func serveApp(e *environment) *cobra.Command {
	c := serveCommand{LogLevel: "info"}
	cmd := e.command("serve", "Serve the web app.", "buhuo serve --data /var/lib/buhuo --addr 0.0.0.0:8080", c.run)
	f := cmd.Flags()
	c.flags(f)
	f.StringVar(&c.Addr, "addr", "127.0.0.1:8080", "address `HOST:PORT` to listen on")
	f.BoolVar(&c.TLSProxy, "tls-proxy", false, "people come over TLS, ended by a proxy in front: cookies are marked Secure")
	f.StringVar(&c.Metrics, "metrics", "", "address `HOST:PORT` on which figures for Prometheus are served, without a login: keep it inside")
	f.StringVar(&c.PublicURL, "public-url", "", "address `URL` at which suppliers reach this program, such as https://buhuo.example: orders then carry a link by which they answer")
	f.StringVar(&c.KeyFile, "key-file", "", "`FILE` with the secret of links and mail passwords; it is made when missing (beside the database in --data; none with --database)")
	f.BoolVar(&c.PrivateMail, "private-mail", false, "shops may name mail servers on this machine and its own networks, on any port")
	f.Var(choice{&c.LogLevel, []string{"debug", "info", "warn", "error"}}, "log-level", "least level of the log")
	return cmd
}

func (c *serveCommand) run(e *environment) error {
	if err := address(c.Addr); err != nil {
		return err
	}
	public, err := app.PublicURL(c.PublicURL)
	if err != nil {
		return misuse{err}
	}
	return c.with(e, func(a *app.App) error {
		marked, err := demo.Marked(e.ctx, a.DB)
		if err != nil {
			return err
		}
		if marked && !app.Loopback(c.Addr) {
			return fmt.Errorf("this is a demo database, whose login everybody knows; serve it on 127.0.0.1 only")
		}
		token, err := a.SetupToken(e.ctx, c.Addr)
		if err != nil {
			return err
		}
		key, err := app.Key(c.address(), c.KeyFile)
		if err != nil {
			return err
		}
		return listen(e, a, app.Config{PublicURL: public, Key: key, PrivateMail: c.PrivateMail, Addr: c.Addr, Metrics: c.Metrics, TLS: c.TLSProxy, Demo: marked, DemoLogin: demo.Login, DemoPassword: demo.Password}, c.LogLevel, token, func(at string) {
			fmt.Fprintf(e.out, "buhuo %s serves on http://%s\n", version, at)
			if token != "" {
				fmt.Fprintf(e.out, "First start: open http://%s/setup?token=%s\n", at, token)
			}
		})
	})
}

// listen serves the app until the program is told to stop.
func listen(e *environment, a *app.App, c app.Config, level, token string, banner func(at string)) error {
	l, err := app.Listen(c.Addr)
	if err != nil {
		return err
	}
	s := a.Server(c, newLog(e.errOut, level), token)
	if c.Metrics != "" {
		figures, err := app.Listen(c.Metrics)
		if err != nil {
			return errors.Join(err, l.Close())
		}
		s.UseMetrics(figures)
	}
	banner(shown(l.Addr()))
	return s.Run(e.ctx, l)
}

// address checks how an address to listen on is written.
func address(addr string) error {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return misused("--addr wants HOST:PORT, such as 127.0.0.1:8080, not %q", addr)
	}
	return nil
}

// shown is an address that a browser on this machine can open.
func shown(a net.Addr) string {
	t, ok := a.(*net.TCPAddr)
	if ok && t.IP.IsUnspecified() {
		return fmt.Sprintf("127.0.0.1:%d", t.Port)
	}
	return a.String()
}

// newLog writes structured lines and makes them the default.
func newLog(w io.Writer, level string) *slog.Logger {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		least = slog.LevelInfo
	}
	log := slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: least}))
	slog.SetDefault(log)
	return log
}
