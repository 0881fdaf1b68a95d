package judgments

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the expected problems of testdata/err")

// knownMetric stands in for the validator that the command passes.
func knownMetric(name string) error {
	known := []string{"ndcg@10", "mrr@10", "recall@50", "map"}
	for _, k := range known {
		if name == k {
			return nil
		}
	}
	return fmt.Errorf("unknown metric %q%s", name, didYouMean(name, known))
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.FromSlash(pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files match %s (%v)", pattern, err)
	}
	return paths
}

// TestErrors reads each wrong suite and compares all of its problems, with
// file:line:column, with the file beside it.
func TestErrors(t *testing.T) {
	for _, path := range files(t, "testdata/err/*.yaml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse(filepath.Base(path), data, Options{Metric: knownMetric})
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("Parse gives %v, want Problems", err)
			}
			got := problems.Error() + "\n"
			out := strings.TrimSuffix(path, ".yaml") + ".out"
			if *update {
				if err := os.WriteFile(out, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOK(t *testing.T) {
	for _, path := range files(t, "testdata/ok/*.yaml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			if _, err := Load(path, Options{Metric: knownMetric}); err != nil {
				t.Error(err)
			}
		})
	}
}
