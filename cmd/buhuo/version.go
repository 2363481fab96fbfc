package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func versionOf(e *environment) *cobra.Command {
	return e.command("version", "Print the version.", "buhuo version", func(e *environment) error {
		_, err := fmt.Fprintf(e.out, "buhuo %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return err
	})
}
