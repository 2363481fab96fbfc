//go:build unix

package main

import (
	"syscall"
	"time"
)

// processor is the time that processors have worked for this program.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err) // no figure without a clock
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
