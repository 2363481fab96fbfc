//go:build unix

package upkeep

import "syscall"

// freeBytes is what an ordinary user may still write on the folder's disk.
func freeBytes(folder string) (int64, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true //nolint:unconvert // other systems count in other types
}
