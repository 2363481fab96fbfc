//go:build !unix

package main

import (
	"os/exec"
	"testing"
)

const (
	fileLimit     = "BUHUO_TEST_FILE_LIMIT"
	canLimitFiles = false
)

func limitFiles() {}

func ordinary(*testing.T, *exec.Cmd) bool { return false }
