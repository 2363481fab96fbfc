//go:build unix

package main

import "syscall"

// New files are the owner's alone: the database holds what a shop earns.
func init() { syscall.Umask(0o077) }
