//go:build unix

package main

import (
	"os"
	"syscall"
)

// startAgain puts a fresh process of the same program in the place of this one, which has
// closed everything. It returns only when that fails.
func startAgain(args ...string) {
	path, err := os.Executable()
	if err != nil {
		return
	}
	_ = syscall.Exec(path, append([]string{os.Args[0]}, args...), os.Environ()) // the work goes on in this process
}
