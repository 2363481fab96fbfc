//go:build unix

package db

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the file at path for this process alone; held is false when
// another has it. Closing the file, or dying, lets go of it.
func tryLock(path string) (f *os.File, held bool, err error) {
	if f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, false, err
	}
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case err == nil:
		return f, true, nil
	case errors.Is(err, syscall.EWOULDBLOCK), errors.Is(err, syscall.EINTR):
		return nil, false, f.Close()
	default:
		return nil, false, errors.Join(err, f.Close())
	}
}
