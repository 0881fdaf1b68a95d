package reports

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// WriteFile writes a report in the format that the name's ending asks for: a
// file is written whole or not at all. Beside a .md file stand its charts as
// .svg files, beside a .csv file the hits as .hits.csv, the systems as
// .systems.csv and what a sweep found as .windows.csv; they are written first, so that no file refers to one that
// is missing.
func WriteFile(path string, r *Report, o Options) error {
	format, err := FormatOf(path)
	if err != nil {
		return err
	}
	stem := strings.TrimSuffix(path, filepath.Ext(path))
	type file struct {
		path    string
		content []byte
	}
	var files []file
	switch format {
	case Markdown:
		if o.Query == "" && regularTarget(path) {
			o.charts = r.chartFiles(filepath.Base(stem))
		}
		for _, c := range o.charts {
			files = append(files, file{filepath.Join(filepath.Dir(path), c.name), c.content})
		}
	case CSV:
		if regularTarget(path) {
			hits, err := renderHits(r, o)
			if err != nil {
				return err
			}
			systems, err := renderSystems(r)
			if err != nil {
				return err
			}
			files = append(files, file{stem + ".hits.csv", hits}, file{stem + ".systems.csv", systems})
		}
		if regularTarget(path) && r.Sweep != nil {
			windows, err := renderWindows(r)
			if err != nil {
				return err
			}
			files = append(files, file{stem + ".windows.csv", windows})
		}
	}
	content, err := render(format, r, o)
	if err != nil {
		return err
	}
	files = append(files, file{path, content})
	for _, f := range files {
		if err := replaceFile(f.path, f.content); err != nil {
			return fmt.Errorf("cannot write the report %s: %w", f.path, err)
		}
	}
	return nil
}

// regularTarget says whether files may stand beside the path: not where it is
// a pipe or a device.
func regularTarget(path string) bool {
	info, err := os.Stat(path)
	return err != nil || info.Mode().IsRegular()
}

// replaceFile puts content in the place of a file by renaming. What is no
// regular file, such as a pipe, is written to as it stands.
func replaceFile(path string, content []byte) (err error) {
	mode := fs.FileMode(0o666) // less the process's mask
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return errors.New("it is a directory")
	case err == nil && !info.Mode().IsRegular():
		return os.WriteFile(path, content, mode)
	case err == nil:
		mode = info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	temporary, err := createBeside(path, mode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(temporary.Name())
		}
	}()
	if _, err := temporary.Write(content); err != nil {
		temporary.Close()
		return err
	}
	if err := temporary.Close(); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// createBeside creates a new file in the same directory, so that renaming it
// never crosses a file system.
func createBeside(path string, mode fs.FileMode) (*os.File, error) {
	directory, name := filepath.Split(path)
	for i := 0; ; i++ {
		candidate := filepath.Join(directory, fmt.Sprintf(".%s.%d-%d.tmp", name, os.Getpid(), i))
		f, err := os.OpenFile(candidate, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if i < 100 && errors.Is(err, fs.ErrExist) {
			continue
		}
		return f, withoutPath(err)
	}
}

// withoutPath takes the temporary file's name out of an error: the message
// names the report.
func withoutPath(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
