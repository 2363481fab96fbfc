// Command buhuo is the whole product in one binary: the server, the demo, and
// the commands of whoever runs it. Each command is one small file; what they do
// stands in internal/app and the rooms behind it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"buhuo/internal/app"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"

	_ "time/tzdata" // shops have time zones; village servers may not
)

// version is set by the linker.
var version = "dev"

// Exit statuses: done, failed, misused.
const (
	exitDone    = 0
	exitFailed  = 1
	exitMisused = 2
)

// commands is the command line: flags over BUHUO_* variables over the file.
type commands struct {
	Config kong.ConfigFlag `placeholder:"FILE" help:"Read settings from FILE, lines of name = value (also BUHUO_CONFIG)."`

	Serve    serveCommand    `cmd:"" help:"Serve the web app."`
	Demo     demoCommand     `cmd:"" help:"Generate a demo shop and serve it."`
	Migrate  migrateCommand  `cmd:"" help:"Bring the database to this version's schema."`
	Shop     shopCommands    `cmd:"" help:"Manage shops."`
	User     userCommands    `cmd:"" help:"Manage people."`
	Import   importCommand   `cmd:"" help:"Bring in products, sales or stock from a file."`
	Suggest  suggestCommand  `cmd:"" help:"Print what to order."`
	Order    orderCommands   `cmd:"" help:"Work with purchase orders."`
	Forecast forecastCommand `cmd:"" help:"Forecast from a CSV file; opens no database."`
	Demand   demandCommand   `cmd:"" help:"Work out from a CSV file what customers wanted when the shelf was empty; opens no database."`
	Replay   replayCommand   `cmd:"" help:"Show from a CSV file what would have happened under each way to order; opens no database."`
	Backup   backupCommand   `cmd:"" help:"Write a consistent copy of the database, while it is in use."`
	Restore  restoreCommand  `cmd:"" help:"Put a backup in the place of the database."`
	Verify   verifyCommand   `cmd:"" help:"Prove every invariant of the database."`
	Doctor   doctorCommand   `cmd:"" help:"Look for what could go wrong on this machine."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// environment is what a command gets of the world.
type environment struct {
	ctx         context.Context
	in          io.Reader
	out, errOut io.Writer
	lang        i18n.Lang
}

// misuse is a wrong way to call the program: status 2.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

func misused(format string, args ...any) error { return misuse{fmt.Errorf(format, args...)} }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	e := &environment{ctx: ctx, in: in, out: out, errOut: errOut, lang: systemLang()}
	exited := -1
	parser, err := kong.New(&commands{},
		kong.Name("buhuo"),
		kong.Description("Buhuo (补货) tells a small shop what will run out, and what to order from whom."),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.DefaultEnvars("BUHUO"), kong.Configuration(readSettings),
		kong.Writers(out, errOut), kong.Exit(func(code int) { exited = code }), kong.Bind(e))
	if err != nil {
		fmt.Fprintln(errOut, "buhuo:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err == nil {
		err = parsed.Run(e)
	} else {
		err = misuse{err}
	}
	return e.answer(err)
}

// answer prints what went wrong in one sentence and gives the exit status.
func (e *environment) answer(err error) int {
	var m misuse
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &m):
		fmt.Fprintf(e.errOut, "buhuo: %s (see buhuo --help)\n", e.sentence(m.error))
		return exitMisused
	default:
		fmt.Fprintf(e.errOut, "buhuo: %s\n", e.sentence(err))
		return exitFailed
	}
}

// sentence is what a person reads of an error: a fault in their language, with
// the field and the cause that they can act on; anything else as it stands.
func (e *environment) sentence(err error) string {
	var fields fault.Fields
	if errors.As(err, &fields) {
		said := make([]string, 0, len(fields))
		for _, f := range fields {
			said = append(said, e.sentence(f))
		}
		return strings.Join(said, "; ")
	}
	f, ok := fault.As(err)
	if !ok {
		return err.Error()
	}
	said := i18n.For(e.lang).T(f.Key, f.Args...)
	if f.Field != "" {
		said = f.Field + ": " + said
	}
	if f.Cause != nil && f.Kind != fault.Invalid {
		said += " (" + f.Cause.Error() + ")"
	}
	return said
}

// systemLang is the terminal's language.
func systemLang() i18n.Lang {
	for _, name := range []string{"BUHUO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		value, _, _ := strings.Cut(os.Getenv(name), ".")
		if value = strings.ReplaceAll(value, "_", "-"); value != "" && value != "C" && value != "POSIX" {
			return i18n.Match(value)
		}
	}
	return i18n.En
}

// readSettings reads a file of `name = value` lines, names as the flags' without
// dashes in front, # for remarks. Kong asks it for each flag that neither the
// command line nor the environment set.
func readSettings(r io.Reader) (kong.Resolver, error) {
	values, err := app.ParseSettings(r)
	if err != nil {
		return nil, err
	}
	return settings(values), nil
}

type settings map[string]string

// Validate refuses a name that no flag has: a misspelt setting must not be silent.
func (s settings) Validate(a *kong.Application) error {
	known := map[string]bool{}
	var walk func(*kong.Node)
	walk = func(n *kong.Node) {
		for _, f := range n.Flags {
			known[f.Name] = true
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(a.Node)
	for name := range s {
		if !known[name] {
			return fmt.Errorf("the settings file has the unknown name %q", name)
		}
	}
	return nil
}

// Resolve gives a flag's setting.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if os.Getenv(name) != "" {
			return nil, nil // the environment wins over the file
		}
	}
	value, ok := s[flag.Name]
	if !ok || flag.Target.Kind() == reflect.Invalid {
		return nil, nil
	}
	return value, nil
}
