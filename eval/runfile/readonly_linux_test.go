package runfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// A folder that may only be read takes no run file, and says so before
// anything is sent.
func TestJournalInAReadOnlyFolder(t *testing.T) {
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o555); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		// To root no folder is read-only: this thread alone becomes nobody to
		// the file system.
		runtime.LockOSThread() // and never unlocked, so that it ends with the test
		for dir := folder; dir != os.TempDir() && len(dir) > 1; dir = filepath.Dir(dir) {
			if dir != folder {
				if err := os.Chmod(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := setFileSystemUser(65534); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = setFileSystemUser(0) })
	}
	path := filepath.Join(folder, "run.jsonl")
	for _, err := range []error{CheckFile(path), tryCreate(path)} {
		if !errors.Is(err, fs.ErrPermission) {
			t.Errorf("error %v, want one that says permission denied", err)
		}
	}
}

func setFileSystemUser(id uintptr) error {
	if _, _, errno := syscall.RawSyscall(syscall.SYS_SETFSUID, id, 0, 0); errno != 0 {
		return errno
	}
	return nil
}
