package pool

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadRun(t *testing.T) {
	text := "# a run\nq Q0 a 1 2.5 tag\nq Q0 b 2 2.5 tag\nq Q0 c 3 9 tag\n\nr\tQ0\tx\t1\t1\ttag\nq Q0 c 4 1 tag\n"
	path := filepath.Join(t.TempDir(), "x.run.gz")
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, tag, err := ReadRun(path, 2)
	if err != nil || tag != "tag" {
		t.Fatal(tag, err)
	}
	// c has the highest score; of a and b with equal ones the greater id.
	want := map[string]Ranking{"q": {{"c", 9}, {"b", 2.5}}, "r": {{"x", 1}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var cut bytes.Buffer
	z = gzip.NewWriter(&cut)
	if _, err := z.Write([]byte("q Q0 a 1 2 t\nq Q0 b")); err != nil {
		t.Fatal(err)
	}
	if err := z.Flush(); err != nil {
		t.Fatal(err)
	}
	for bad, want := range map[string]string{
		cut.String():       ":2: unexpected EOF",
		"q Q0 a 1\n":       ":1: a run has query",
		"\nq Q0 a 1 x t\n": `:2: the score "x" is not a number`,
		"":                 ": holds no ranking",
	} {
		if _, _, err := readRun(strings.NewReader(bad), 10); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", bad, err, want)
		}
	}
}

func FuzzReadRun(f *testing.F) {
	f.Add("q Q0 a 1 2.5 tag\nq Q0 b 2 1e3\n")
	f.Add("# x\n\nq Q0 a 1 -Inf t")
	f.Fuzz(func(t *testing.T, text string) {
		rankings, _, err := readRun(strings.NewReader(text), 3)
		if err == nil && len(rankings) == 0 {
			t.Fatal("no ranking and no error")
		}
		for q, r := range rankings {
			if len(r) == 0 || len(r) > 3 {
				t.Fatalf("%q has %d hits, want 1 to 3", q, len(r))
			}
		}
	})
}
