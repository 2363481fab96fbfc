//go:build unix

package main

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// fileLimit holds the size in bytes beyond which the program cannot write a file.
const fileLimit = "BUHUO_TEST_FILE_LIMIT"

const canLimitFiles = true

func limitFiles() {
	n, err := strconv.ParseUint(os.Getenv(fileLimit), 10, 64)
	if err != nil {
		return
	}
	signal.Ignore(syscall.SIGXFSZ) // the write fails instead
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
		panic(err)
	}
}

// ordinary lets c run as somebody whom the rights of files bind; false when there
// is nobody.
func ordinary(t *testing.T, c *exec.Cmd) bool {
	t.Helper()
	if os.Getuid() != 0 {
		return true
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		return false
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return false
	}
	// The test binary lies where only its builder may go.
	folder, err := os.MkdirTemp("", "buhuo-ordinary-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	copied := filepath.Join(folder, "buhuo")
	if err := copyProgram(os.Args[0], copied); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{folder, copied} { // the program's mask kept others out
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c.Path = copied
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	return true
}

func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // read only
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Close()
}
