package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/runfile"
)

// keeping says whether the last run is kept, for releval report without a file.
type keeping struct{ not bool }

func (k *keeping) addFlag(flags *pflag.FlagSet) {
	flags.BoolVar(&k.not, "no-keep", false, "do not keep this run for releval report without a file")
}

// The last run is kept in the user's cache folder: the run itself where it was
// written nowhere else, or the path of its file.
const (
	keptRun  = "last.jsonl.gz"
	keptPath = "last.json"
)

// keptFolder is where they are, made where it does not exist.
func keptFolder() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "releval")
	return folder, os.MkdirAll(folder, 0o700)
}

// keep keeps a run, and says whether releval report without a file will show
// it. A build's machine keeps none. That it could not be kept is for --verbose:
// nobody asked for it.
func (p *program) keep(k *keeping, run *eval.Run, file string) bool {
	if k.not || p.inBuild() {
		return false
	}
	if err := keep(run, file); err != nil {
		p.logger().Debug("the run is not kept", "because", err)
		return false
	}
	return true
}

func keep(run *eval.Run, file string) error {
	folder, err := keptFolder()
	if err != nil {
		return err
	}
	whole, pointer := filepath.Join(folder, keptRun), filepath.Join(folder, keptPath)
	if file == "" {
		if err := runfile.Keep(whole, run); err != nil {
			return err
		}
		return remove(pointer)
	}
	if file, err = filepath.Abs(file); err != nil {
		return err
	}
	content, err := json.Marshal(lastRun{file})
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(folder, ".releval-*") // of mode 0600
	if err != nil {
		return err
	}
	_, err = temporary.Write(content)
	if err = errors.Join(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), pointer)
	}
	if err != nil {
		os.Remove(temporary.Name())
		return err
	}
	return remove(whole)
}

func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// lastRun is the content of keptPath.
type lastRun struct {
	Path string `json:"path"`
}

// kept finds the last run.
func kept() (path string, err error) {
	none := withExit(exitUsage, errors.New("no run is kept: releval run keeps the last one here, but not with --no-keep and not in CI; name a run file, which releval run writes with --out FILE"))
	folder, err := keptFolder()
	if err != nil {
		return "", none
	}
	content, err := os.ReadFile(filepath.Join(folder, keptPath))
	if err == nil {
		var last lastRun
		if err := json.Unmarshal(content, &last); err != nil || last.Path == "" {
			return "", none
		}
		if _, err := os.Stat(last.Path); err != nil {
			return "", withExit(exitUsage, fmt.Errorf("the last run was written to %s, which cannot be opened any more: %w; name a run file", last.Path, err))
		}
		return last.Path, nil
	}
	path = filepath.Join(folder, keptRun)
	if _, err := os.Stat(path); err != nil {
		return "", none
	}
	return path, nil
}
