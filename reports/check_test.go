package reports

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/check"
	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/judgments"
)

func TestAnnotations(t *testing.T) {
	var found []check.Finding
	for i := range 25 {
		found = append(found, check.Finding{
			Position: judgments.Position{File: "a,b/s.yaml", Line: i + 1, Column: 2},
			Severity: preflight.SeverityError, Kind: check.KindMissing, Message: "100 %\nof it",
		})
	}
	found = append(found, check.Finding{Severity: preflight.SeverityNote, Kind: check.KindSpelling, Position: judgments.Position{File: "n.yaml"}, Message: "m"})
	var b bytes.Buffer
	if err := WriteAnnotations(&b, found, "", "releval check lists them all"); err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(got) != 11 {
		t.Fatalf("%d lines, want ten errors and a notice:\n%s", len(got), b.String())
	}
	for i, want := range map[int]string{
		0:  "::error file=a%2Cb/s.yaml,line=1,col=2,title=releval%3A missing-title::100 %25 of it",
		9:  "::error title=releval::16 more; releval check lists them all",
		10: "::notice file=n.yaml,title=releval%3A spelling::m",
	} {
		if got[i] != want {
			t.Errorf("line %d is %s, want %s", i, got[i], want)
		}
	}
}

func TestWriteCheckJSON(t *testing.T) {
	found := []check.Finding{{
		Position: judgments.Position{File: "s.yaml", Line: 3, Column: 4}, Severity: preflight.SeverityError, Kind: check.KindMissing,
		Query: "q", Title: "A", Message: "<m>", Rename: &check.Rename{From: "A", To: "B", Certain: true}, Fixed: true,
	}}
	var b bytes.Buffer
	if err := WriteCheckJSON(&b, found); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"errors": 0., "warnings": 0., "notes": 0., "fixed": 1.,
		"findings": []any{map[string]any{
			"file": "s.yaml", "line": 3., "column": 4., "severity": "error", "kind": "missing-title", "query": "q",
			"title": "A", "message": "<m>", "rename": "B", "certain": true, "fixed": true,
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
