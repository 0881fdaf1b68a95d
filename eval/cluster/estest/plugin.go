package estest

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

//go:embed plugin
var plugin embed.FS

// compat names the folders with the classes that differ between releases, of
// each kind the one that fits a version:
//
//   - from 8.18 on a retriever is told whether the search is to be explained;
//   - from 8.19 and 9.1 on a reranker may fall back to the first stage's order;
//   - from 9.2 on a document carries several texts to the coordinating node.
func compat(version string) []string {
	since := func(eight, nine int) bool {
		var major, minor int
		fmt.Sscanf(version, "%d.%d", &major, &minor)
		return major > 9 || major == 9 && minor >= nine || major == 8 && minor >= eight
	}
	pick := func(newer bool, yes, no string) string {
		if newer {
			return "plugin/compat/" + yes
		}
		return "plugin/compat/" + no
	}
	const never = 100 // beyond the last minor release of 8
	return []string{
		pick(since(18, 0), "compound-explain", "compound-plain"),
		pick(since(19, 1), "context-failures", "context-plain"),
		pick(since(never, 2), "feature-list", "feature-string"),
	}
}

// sources are the plugin's Java files for a version, by their name in the
// embedded folder.
func sources(version string) (map[string][]byte, error) {
	files := make(map[string][]byte)
	for _, root := range append([]string{"plugin/src"}, compat(version)...) {
		err := fs.WalkDir(plugin, root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			files[path], err = plugin.ReadFile(path)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// installPlugin puts the plugin, compiled for the server in home, into its
// plugins folder. Compiled classes are kept in the cache under a name made of
// everything that they depend on.
func installPlugin(ctx context.Context, kit jdk, version, home string) error {
	files, err := sources(version)
	if err != nil {
		return err
	}
	hash := sha256.New()
	fmt.Fprintln(hash, version, kit.version)
	for _, name := range sortedNames(files) {
		fmt.Fprintln(hash, name, len(files[name]))
		hash.Write(files[name])
	}
	cache, err := cacheFolder()
	if err != nil {
		return err
	}
	jar := filepath.Join(cache, fmt.Sprintf("rerank-probe-%x.jar", hash.Sum(nil)[:12]))
	if _, err := os.Stat(jar); err != nil {
		if err := compile(ctx, kit, version, home, files, jar); err != nil {
			return err
		}
	}
	folder := filepath.Join(home, "plugins", "rerank-probe")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	if err := copyFile(jar, filepath.Join(folder, "rerank-probe.jar")); err != nil {
		return err
	}
	descriptor, err := plugin.ReadFile("plugin/plugin-descriptor.properties")
	if err != nil {
		return err
	}
	descriptor = bytes.ReplaceAll(descriptor, []byte("@JAVA@"), []byte(strconv.Itoa(neededJava(version))))
	descriptor = bytes.ReplaceAll(descriptor, []byte("@ES@"), []byte(version))
	return os.WriteFile(filepath.Join(folder, "plugin-descriptor.properties"), descriptor, 0o644)
}

// compile makes the plugin's jar file.
func compile(ctx context.Context, kit jdk, version, home string, files map[string][]byte, jar string) error {
	work, err := os.MkdirTemp(filepath.Dir(jar), "compile-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	classes := filepath.Join(work, "classes")
	arguments := []string{"--release", strconv.Itoa(neededJava(version)), "-proc:none", "-Xlint:none", "-nowarn",
		"-cp", filepath.Join(home, "lib", "*"), "-d", classes}
	for _, name := range sortedNames(files) {
		path := filepath.Join(work, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return err
		}
		arguments = append(arguments, path)
	}
	output, err := exec.CommandContext(ctx, filepath.Join(kit.home, "bin", "javac"), arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("compile the test plugin for Elasticsearch %s: %w\n%s", version, err, output)
	}
	finished := filepath.Join(work, "plugin.jar")
	if err := writeJar(classes, finished); err != nil {
		return err
	}
	return os.Rename(finished, jar)
}

// writeJar packs a folder of classes.
func writeJar(classes, jar string) error {
	out, err := os.Create(jar)
	if err != nil {
		return err
	}
	z := zip.NewWriter(out)
	if err := z.AddFS(os.DirFS(classes)); err != nil {
		out.Close()
		return err
	}
	if err := z.Close(); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
