//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The JSON of a sweep is a contract: keys, their order and their values. Means,
// ceilings, recall, losses of documents and the settings' options in the golden
// files were written by the command as of commit 1e19307; first_stage is newer,
// and its latencies are masked; the bounds, the decision and the sentences are
// those of the rule that eval/sweep tests by values whose bounds are known.
func TestSweepJSONContract(t *testing.T) {
	deep := filepath.Join(t.TempDir(), "deep.jsonl")
	for _, test := range []struct {
		golden string
		args   []string
	}{
		{"sweep.json", []string{"../../eval/evaltest/testdata/films.yaml", "--tag", "keyword", "--audit", "12", "--latency-samples", "3", "--out", deep}},
		{"sweep-saved.json", []string{deep}},
	} {
		args := append([]string{"sweep", "--metric", "ndcg@5", "--metric", "mrr@5", "--windows", "1,2,5,10", "--format", "json"}, test.args...)
		stdout, stderr, code := command(t, nil, args...)
		if code != exitOK {
			t.Fatalf("%s: exit code %d: %s", test.golden, code, stderr)
		}
		want, err := os.ReadFile(filepath.Join("testdata/golden", test.golden))
		if err != nil {
			t.Fatal(err)
		}
		if *updateSweep {
			if err := os.WriteFile(filepath.Join("testdata/golden", test.golden), sweptPart(t, []byte(stdout)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(string(want), string(sweptPart(t, []byte(stdout)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.golden, diff)
		}
	}
}

var updateSweep = flag.Bool("update-sweep", false, "write the golden files of sweeps again")

// sweptPart cuts from a report, byte for byte, what the sweep put into it, and
// replaces what a clock measured.
func sweptPart(t *testing.T, report []byte) []byte {
	t.Helper()
	var part struct {
		Sweeps   json.RawMessage `json:"sweeps"`
		Findings json.RawMessage `json:"findings"`
	}
	if err := json.Unmarshal(report, &part); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString("{\n  \"sweeps\": ")
	b.Write(part.Sweeps)
	b.WriteString(",\n  \"findings\": ")
	b.Write(part.Findings)
	b.WriteString("\n}\n")
	masked := regexp.MustCompile(`("[a-z0-9_]+_ms"|"per_document_ms"|"r2"): -?[0-9][0-9.e+-]*`).ReplaceAll(b.Bytes(), []byte("$1: 0"))
	masked = regexp.MustCompile(`-?[0-9.]+ ms`).ReplaceAll(masked, []byte("0 ms"))
	// Whether a line fits the latencies is the clock's to decide.
	masked = regexp.MustCompile(`"Latency, on [^"]*"`).ReplaceAll(masked, []byte(`"Latency"`))
	return regexp.MustCompile(`,\s*"(took|wall)": \{[^}]*\}`).ReplaceAll(masked, nil)
}
