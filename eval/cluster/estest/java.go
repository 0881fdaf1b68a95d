package estest

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// neededJava is the Java version that a server's release needs at least.
func neededJava(version string) int {
	if strings.HasPrefix(version, "8.") {
		return 17
	}
	return 21
}

// jdk is an installed development kit.
type jdk struct {
	home    string
	version int
}

// findJDK gives the oldest installed development kit that is new enough: a
// server is tested by its makers on those of its own time.
func findJDK(ctx context.Context, version string) (jdk, error) {
	needed := neededJava(version)
	var found []jdk
	seen := make(map[string]bool)
	for _, home := range javaHomes() {
		real, err := filepath.EvalSymlinks(home)
		if err != nil || seen[real] {
			continue
		}
		seen[real] = true
		if v := javaVersion(ctx, real); v >= needed {
			found = append(found, jdk{real, v})
		}
	}
	if len(found) == 0 {
		return jdk{}, fmt.Errorf("the tests against Elasticsearch %s need a Java development kit of version %d or later: install it (Debian, Ubuntu: apt-get install openjdk-%d-jdk-headless) or set JAVA_HOME, and run them again", version, needed, needed)
	}
	return slices.MinFunc(found, func(a, b jdk) int { return cmp.Compare(a.version, b.version) }), nil
}

// javaHomes are the places where development kits lie.
func javaHomes() []string {
	var homes []string
	for _, name := range []string{"ES_JAVA_HOME", "JAVA_HOME"} {
		if home := os.Getenv(name); home != "" {
			homes = append(homes, home)
		}
	}
	if javac, err := exec.LookPath("javac"); err == nil {
		if real, err := filepath.EvalSymlinks(javac); err == nil {
			homes = append(homes, filepath.Dir(filepath.Dir(real)))
		}
	}
	for _, pattern := range []string{"/usr/lib/jvm/*", "/opt/java/*", "/opt/hostedtoolcache/Java_*/*/*", "/Library/Java/JavaVirtualMachines/*/Contents/Home"} {
		matches, _ := filepath.Glob(pattern)
		homes = append(homes, matches...)
	}
	return homes
}

var javacVersion = regexp.MustCompile(`javac (\d+)`)

// javaVersion gives the major version of the compiler in a home, 0 where there
// is none.
func javaVersion(ctx context.Context, home string) int {
	output, err := exec.CommandContext(ctx, filepath.Join(home, "bin", "javac"), "-version").CombinedOutput()
	if err != nil {
		return 0
	}
	m := javacVersion.FindSubmatch(output)
	if m == nil {
		return 0
	}
	v, _ := strconv.Atoi(string(m[1]))
	return v
}
