//go:build !unix

package main

// startAgain does nothing: a process cannot be replaced here.
func startAgain(...string) {}
