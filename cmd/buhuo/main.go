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
	"strings"
	"syscall"

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

// again starts the program anew in the place of this process, where that is possible;
// nothing when commands are called by tests.
var again = func(args ...string) {}

// environment is what a command gets of the world.
type environment struct {
	ctx         context.Context
	in          io.Reader
	out, errOut io.Writer
	lang        i18n.Lang
	ran         bool // the command line was understood, and a command has begun
}

// misuse is a wrong way to call the program: status 2.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

func misused(format string, args ...any) error { return misuse{fmt.Errorf(format, args...)} }

func main() {
	again = startAgain
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	e := &environment{ctx: ctx, in: in, out: out, errOut: errOut, lang: systemLang()}
	root := e.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil && !e.ran {
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
