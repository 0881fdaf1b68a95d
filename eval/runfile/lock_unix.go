//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package runfile

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock keeps other processes from writing to the same run file: two of them
// would destroy each other's lines. The system lets go of it when the process
// ends, in whatever way. A file system without locks is used without.
func lock(path string, file *os.File) error {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("another process is writing the run file %s; wait for it, or choose another file", path)
	}
	return nil
}
