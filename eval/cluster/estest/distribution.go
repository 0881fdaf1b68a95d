package estest

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// distribution gives the folder of the unpacked server of a version, fetching
// it with Maven where it is not in the cache yet.
func distribution(ctx context.Context, version string) (string, error) {
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	home := filepath.Join(cache, "elasticsearch-"+version)
	if _, err := os.Stat(home); err == nil {
		return home, nil
	}
	work, err := os.MkdirTemp(cache, "fetch-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	archive, err := fetch(ctx, version, work)
	if err != nil {
		return "", err
	}
	if err := unzip(archive, work); err != nil {
		return "", fmt.Errorf("unpack %s: %w", archive, err)
	}
	// The last step is atomic, so that an interrupted fetch, or two at once,
	// leave either nothing or a whole server.
	if err := os.Rename(filepath.Join(work, "elasticsearch-"+version), home); err != nil {
		if _, raced := os.Stat(home); raced == nil {
			return home, nil
		}
		return "", err
	}
	return home, nil
}

// cacheFolder is where servers and compiled plugins are kept between runs:
// RELEVAL_TEST_CACHE, or a folder in the user's cache.
func cacheFolder() (string, error) {
	dir := os.Getenv("RELEVAL_TEST_CACHE")
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			user = os.TempDir()
		}
		dir = filepath.Join(user, "releval-test-elasticsearch")
	}
	return dir, os.MkdirAll(dir, 0o755)
}

// fetch has Maven copy the server's archive into a folder.
func fetch(ctx context.Context, version, dir string) (string, error) {
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return "", errors.New("the tests against a real Elasticsearch need Maven to fetch it: install it (Debian, Ubuntu: apt-get install maven) and run them again")
	}
	artifact := "org.elasticsearch.distribution.integ-test-zip:elasticsearch:" + version + ":zip"
	command := exec.CommandContext(ctx, mvn, "-q", "-B", "dependency:copy", "-Dartifact="+artifact, "-DoutputDirectory="+dir)
	command.Dir = dir
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("maven cannot fetch %s: %w\n%s", artifact, err, output)
	}
	return filepath.Join(dir, "elasticsearch-"+version+".zip"), nil
}

// unzip unpacks an archive, keeping what is executable so.
func unzip(archive, dir string) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, f := range z.File {
		if !filepath.IsLocal(f.Name) {
			return fmt.Errorf("the entry %q leads out of the folder", f.Name)
		}
		target := filepath.Join(dir, f.Name)
		if strings.HasSuffix(f.Name, "/") {
			if err := os.MkdirAll(target, 0o755); err != nil {
				return err
			}
			continue
		}
		if err := extract(f, target); err != nil {
			return err
		}
	}
	return nil
}

func extract(f *zip.File, target string) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	from, err := f.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(target, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, f.Mode().Perm()|0o644)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, from); err != nil {
		to.Close()
		return err
	}
	return to.Close()
}

// linkTree makes a copy of a folder out of hard links, or real copies where
// the two lie on different file systems.
func linkTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		if os.Link(path, target) == nil {
			return nil
		}
		return copyFile(path, target)
	})
}

func copyFile(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, info.Mode().Perm())
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
