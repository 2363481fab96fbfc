package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"buhuo/internal/app"
	"buhuo/internal/i18n"
)

// root is the command line: flags over BUHUO_* variables over the settings file.
func (e *environment) root() *cobra.Command {
	root := group("buhuo", "Buhuo (补货) tells a small shop what will run out, and what to order from whom.",
		serveApp(e), demoShop(e), migrate(e), shopCommands(e), userCommands(e), importFile(e), suggest(e), orderCommands(e),
		forecastOf(e), demandOf(e), replayOf(e), backup(e), restore(e), verify(e), doctor(e), versionOf(e))
	file := root.PersistentFlags().String("config", "", "read settings from `FILE`, lines of name = value (also BUHUO_CONFIG)")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return settle(cmd, file) }
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetIn(e.in)
	root.SetOut(e.out)
	root.SetErr(e.errOut)
	return root
}

// command is one that does something: run, of which example is one call or several lines of them.
func (e *environment) command(use, short, example string, run func(*environment) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Example: "  " + strings.ReplaceAll(example, "\n", "\n  "), Args: cobra.NoArgs,
		DisableFlagsInUseLine: true, RunE: func(*cobra.Command, []string) error {
			e.ran = true
			return run(e)
		}}
}

// group is a command that holds others and does nothing by itself.
func group(name, short string, of ...*cobra.Command) *cobra.Command {
	names := make([]string, len(of))
	for i, c := range of {
		names[i] = c.Name()
	}
	g := &cobra.Command{Use: name, Short: short, Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		return fmt.Errorf("%s wants one of %s", name, strings.Join(names, ", "))
	}}
	g.AddCommand(of...)
	return g
}

// arguments takes cmd's words without dashes, of which the first `least` must be there.
func arguments(cmd *cobra.Command, least int, to ...*string) *cobra.Command {
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) < least || len(args) > len(to) {
			return fmt.Errorf("call it as %q", cmd.UseLine())
		}
		for i, arg := range args {
			*to[i] = arg
		}
		return nil
	}
	return cmd
}

// required marks flags of cmd that must be given.
func required(cmd *cobra.Command, flags ...string) *cobra.Command {
	for _, name := range flags {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // a flag that cmd does not have: a slip in this package
		}
	}
	return cmd
}

// choice is a flag with one of a few values.
type choice struct {
	to *string
	of []string
}

func (c choice) String() string {
	if c.to == nil {
		return ""
	}
	return *c.to
}

// Set takes a value, or says which there are.
func (c choice) Set(value string) error {
	if !slices.Contains(c.of, value) {
		return fmt.Errorf("it is one of %s", strings.Join(c.of, ", "))
	}
	*c.to = value
	return nil
}

// Type is what help shows behind the flag.
func (c choice) Type() string { return strings.Join(c.of, "|") }

func languages() []string {
	var tags []string
	for _, l := range i18n.Langs() {
		tags = append(tags, string(l))
	}
	return tags
}

// settle gives cmd's flags that the command line left alone what the environment
// or, failing that, the settings file says. A name in the file that no command's
// flag has is refused: a misspelt setting must not be silent.
func settle(cmd *cobra.Command, file *string) error {
	settings := map[string]string{}
	if *file == "" {
		*file = os.Getenv(variable("config"))
	}
	if *file != "" {
		f, err := os.Open(*file)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // read only
		if settings, err = app.ParseSettings(f); err != nil {
			return err
		}
	}
	for name := range settings {
		if !known(cmd.Root(), name) {
			return fmt.Errorf("the settings file has the unknown name %q", name)
		}
	}
	var wrong error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		value, set := os.Getenv(variable(f.Name)), true
		if value == "" {
			value, set = settings[f.Name]
		}
		if f.Changed || !set || wrong != nil {
			return
		}
		wrong = cmd.Flags().Set(f.Name, value)
	})
	return wrong
}

// variable is the environment's name of a flag.
func variable(flag string) string {
	return "BUHUO_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// known reports whether cmd or one below it has the flag.
func known(cmd *cobra.Command, flag string) bool {
	return cmd.Flags().Lookup(flag) != nil || slices.ContainsFunc(cmd.Commands(), func(c *cobra.Command) bool { return known(c, flag) })
}
