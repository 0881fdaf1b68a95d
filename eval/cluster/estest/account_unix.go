//go:build unix

package estest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

const (
	terminate = syscall.SIGTERM
	kill      = syscall.SIGKILL
)

// supported tells whether servers can be started on this system.
func supported() error { return nil }

// gone tells whether a process has ended. One that nobody has waited for yet,
// as in a container without an init process, counts as ended.
func gone(p *os.Process) bool {
	if p.Signal(syscall.Signal(0)) != nil {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Pid))
	if err != nil {
		return false // no /proc on this system, and the signal arrived
	}
	_, state, found := bytes.Cut(stat, []byte(") "))
	return found && len(state) > 0 && state[0] == 'Z'
}

// nobody is the account without rights on every Unix; Elasticsearch refuses to
// run as root.
const nobody = 65534

// unprivileged makes a command run as nobody where this process is root.
func unprivileged(command *exec.Cmd) {
	if os.Geteuid() == 0 {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
}

// chownTree gives the folders, and the files that are not links into the
// cache, to the account that unprivileged uses.
func chownTree(root string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	return filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && !entry.IsDir() && stat.Nlink > 1 {
			return nil
		}
		return os.Lchown(path, nobody, nobody)
	})
}
