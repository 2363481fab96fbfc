package main

import (
	"fmt"
	"runtime"
)

type versionCommand struct{}

func (versionCommand) Help() string { return "Example:\n  buhuo version" }

func (versionCommand) Run(e *environment) error {
	_, err := fmt.Fprintf(e.out, "buhuo %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
