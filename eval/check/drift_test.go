package check

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/eval/embedded"
	"github.com/releval/releval/eval/load"
	"github.com/releval/releval/eval/plan"
	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/judgments"
)

const films = "../../judgments/films"

// renamed are 20 films that the sample suite judges, with their new titles:
// signs, accents, articles, years, subtitles, typing errors, translations.
var renamed = map[string]string{
	"Amélie":                             "Amelie",
	"WALL·E":                             "WALL-E",
	"The Shining":                        "Shining, The",
	"Jaws":                               "Jaws (1975)",
	"Psycho":                             "Psycho!",
	"The Seventh Seal":                   "Det sjunde inseglet",
	"Seven Samurai":                      "Shichinin no samurai",
	"Le Samouraï":                        "Le Samourai",
	"Trainspotting":                      "Transpotting",
	"Field of Dreams":                    "Field of Dreams - The Director's Cut",
	"Moneyball":                          "Money Ball",
	"Fight Club":                         "Fight Club: Anniversary Edition",
	"Raging Bull":                        "Raging Bull (Restored)",
	"Crouching Tiger, Hidden Dragon":     "Crouching Tiger & Hidden Dragon",
	"The Silence of the Lambs":           "The Silence of the Lamb",
	"Butch Cassidy and the Sundance Kid": "Butch Cassidy & The Sundance Kid",
	"Good Morning, Vietnam":              "Good morning Vietnam",
	"12 Angry Men":                       "Twelve Angry Men",
	"Das Boot":                           "The Boat",
	"Platoon":                            "Platoons",
}

// deleted are 10 films that the sample suite judges. Some have a sequel, or
// a title near another film's.
var deleted = []string{
	"The Godfather", "Rocky", "Zodiac", "Drive", "Inside Man", "Full Metal Jacket", "Black Swan", "Titanic", "Jurassic Park", "Rififi",
}

// drifted loads the changed films into an engine and writes a copy of the
// suite whose documents are at the given path, or the changed ones where it
// is empty. Where opaque, the documents' ids are numbers.
func drifted(t *testing.T, documents string, opaque bool) (suite *judgments.Suite, text []byte, client *cluster.Client) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(films, "films.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	var changed bytes.Buffer
	for line := range strings.Lines(string(data)) {
		var d map[string]any
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		title := d["title"].(string)
		if slices.Contains(deleted, title) {
			continue
		}
		if next := renamed[title]; next != "" {
			d["title"] = next
		}
		if opaque {
			d["id"] = fmt.Sprint(1000 + changed.Len())
		}
		if err := json.NewEncoder(&changed).Encode(d); err != nil {
			t.Fatal(err)
		}
	}
	folder := t.TempDir()
	now := filepath.Join(folder, "now.ndjson")
	if err := os.WriteFile(now, changed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if documents == "" {
		documents = now
	}
	if text, err = os.ReadFile(filepath.Join(films, "films.yaml")); err != nil {
		t.Fatal(err)
	}
	if documents, err = filepath.Abs(documents); err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("documents: films.ndjson"), []byte("documents: "+documents), 1)
	if suite, err = judgments.Parse(filepath.Join(folder, "films.yaml"), text, judgments.Options{}); err != nil {
		t.Fatal(err)
	}
	client, err = cluster.New(cluster.Config{Transport: embedded.New(embedded.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	fresh := *suite
	fresh.Search.Documents = now
	if _, err := load.Documents(t.Context(), client, &fresh, true); err != nil {
		t.Fatal(err)
	}
	return suite, text, client
}

// TestDrift renames 20 titles and deletes 10 documents of the sample index,
// and wants exactly these found, the right 20 proposed, and the suite mended
// line by line.
func TestDrift(t *testing.T) {
	for _, c := range []struct{ name, documents string }{
		{"the suite's documents know the old titles", filepath.Join(films, "films.ndjson")},
		{"nothing knows the old titles", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			suite, text, client := drifted(t, c.documents, false)
			p, err := plan.New(suite, plan.Overrides{})
			if err != nil {
				t.Fatal(err)
			}
			found, err := Online(t.Context(), client, p, Options{})
			if err != nil {
				t.Fatal(err)
			}
			want := make(map[string]string) // judged titles and their new ones
			for _, q := range suite.Queries {
				for _, j := range q.Relevant {
					if next := renamed[j.Title]; next != "" {
						want[j.Title] = next
					} else if slices.Contains(deleted, j.Title) {
						want[j.Title] = ""
					}
				}
			}
			if len(want) != 30 {
				t.Fatalf("the suite judges %d of the 30 titles: %v", len(want), want)
			}
			got := make(map[string]string)
			for _, f := range found {
				if f.Severity != preflight.SeverityError {
					if f.Kind != KindPreflight {
						t.Errorf("unexpected: %s: %s", f.Position, f.Message)
					}
					continue
				}
				if f.Kind != KindMissing {
					t.Errorf("unexpected: %s: %s", f.Position, f.Message)
				}
				next := ""
				if f.Rename != nil && f.Rename.Certain {
					next = f.Rename.To
				}
				if old, seen := got[f.Title]; seen && old != next {
					t.Errorf("%q becomes %q and %q", f.Title, old, next)
				}
				got[f.Title] = next
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}

			fixed, err := Fix(suite, text, found, false)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range changedLines(t, string(text), string(fixed)) {
				old, next := renameIn(line[0], line[1])
				if old == "" || want[old] != next {
					t.Errorf("changed:\n%s\n%s", line[0], line[1])
				}
			}
			again, err := judgments.Parse(suite.File, fixed, judgments.Options{})
			if err != nil {
				t.Fatal(err)
			}
			p, err = plan.New(again, plan.Overrides{})
			if err != nil {
				t.Fatal(err)
			}
			left, err := Online(t.Context(), client, p, Options{})
			if err != nil {
				t.Fatal(err)
			}
			missing := make(map[string]bool)
			for _, f := range left {
				if f.Severity == preflight.SeverityError {
					missing[f.Title] = true
				}
			}
			if len(missing) != len(deleted) {
				t.Errorf("%d titles are missing after the fix, want the %d that were deleted: %v", len(missing), len(deleted), missing)
			}
		})
	}
}

// TestDriftByLettersAlone has nothing but the titles to go by: whatever is
// certain must be right, and no sequel may take a deleted film's place.
func TestDriftByLettersAlone(t *testing.T) {
	suite, text, client := drifted(t, "", true)
	p, err := plan.New(suite, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := Online(t.Context(), client, p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	certain, proposed := make(map[string]bool), make(map[string]bool)
	for _, f := range found {
		if f.Kind != KindMissing {
			continue
		}
		if f.Rename != nil && f.Rename.Certain {
			certain[f.Title] = true
			if f.Rename.To != renamed[f.Title] {
				t.Errorf("certain that %q is %q", f.Title, f.Rename.To)
			}
		}
		if len(f.Proposals) > 0 && f.Proposals[0].Title == renamed[f.Title] {
			proposed[f.Title] = true
		}
	}
	// Amélie, WALL·E, The Shining, Psycho, Le Samouraï, Good Morning, Vietnam,
	// and Butch Cassidy and the Sundance Kid have their letters still.
	if len(certain) != 7 {
		t.Errorf("certain of %d titles, want 7: %v", len(certain), certain)
	}
	// A translation shares no letters with the old title.
	for title := range renamed {
		translated := slices.Contains([]string{"The Seventh Seal", "Seven Samurai", "Das Boot"}, title)
		if !proposed[title] && !translated {
			t.Errorf("%q: the new title %q is not proposed first", title, renamed[title])
		}
	}
	fixed, err := Fix(suite, text, found, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range changedLines(t, string(text), string(fixed)) {
		if old, _ := renameIn(line[0], line[1]); old == "" {
			t.Errorf("likely, and wrong:\n%s\n%s", line[0], line[1])
		}
	}
}

// changedLines pairs the lines in which two texts of equally many lines
// differ.
func changedLines(t *testing.T, before, after string) [][2]string {
	t.Helper()
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	if len(a) != len(b) {
		t.Fatalf("%d lines became %d", len(a), len(b))
	}
	var pairs [][2]string
	for i := range a {
		if a[i] != b[i] {
			pairs = append(pairs, [2]string{a[i], b[i]})
		}
	}
	return pairs
}

// renameIn says which of the renamed titles alone makes the first line the
// second.
func renameIn(before, after string) (old, next string) {
	for old, next := range renamed {
		for _, o := range []string{old, fmt.Sprintf("%q", old)} {
			for _, n := range []string{next, fmt.Sprintf("%q", next)} {
				if strings.Replace(before, o, n, 1) == after {
					return old, next
				}
			}
		}
	}
	return "", ""
}

func TestOfflineSample(t *testing.T) {
	path := filepath.Join(films, "films.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	suite, err := judgments.Load(path, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Offline(suite, text, time.Now(), false) {
		t.Errorf("the sample suite: %s: %s", f.Position, f.Message)
	}
}
