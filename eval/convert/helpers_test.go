package convert

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/releval/releval/judgments"
)

// tempFile writes a file into a fresh folder.
func tempFile(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, f Format, path string, o ReadOptions) *collection {
	t.Helper()
	c, err := readFormat(context.Background(), f, path, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// save writes a collection as Run does, but for reading it again, and returns
// what is lost and noted.
func save(ctx context.Context, f Format, path string, c *collection, o WriteOptions) ([]string, error) {
	out, err := newOutput(f, path, o, nil)
	if err != nil {
		return nil, err
	}
	defer out.close()
	if err := writeFormat(ctx, f, out, c); err != nil {
		return nil, err
	}
	if err := out.finish(); err != nil {
		return nil, err
	}
	return said(&out.ledger), out.commit()
}

func write(t testing.TB, f Format, path string, c *collection, o WriteOptions) []string {
	t.Helper()
	all, err := save(context.Background(), f, path, c, o)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// said is what a ledger says: the losses, then the notes.
func said(l *ledger) []string { return append(l.losses(), l.notes()...) }

// plainQuery is a query without its places, for comparisons.
type plainQuery struct {
	ID, Text string
	Judged   []plainJudgment
}

type plainJudgment struct {
	ID, Title string
	Grade     float64
}

func plain(c *collection) []plainQuery {
	var out []plainQuery
	for _, q := range c.Suite.Queries {
		p := plainQuery{ID: q.ID, Text: q.Text}
		for _, j := range q.Relevant {
			p.Judged = append(p.Judged, plainJudgment{j.ID, j.Title, j.Grade})
		}
		out = append(out, p)
	}
	return out
}

func wantQueries(t testing.TB, want []plainQuery, c *collection) {
	t.Helper()
	if diff := cmp.Diff(want, plain(c), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
}

// wantSaid wants one sentence for each of the texts, and no other.
func wantSaid(t testing.TB, losses []string, texts ...string) {
	t.Helper()
	if len(losses) != len(texts) {
		t.Errorf("%d losses, want %d: %q", len(losses), len(texts), losses)
		return
	}
	for i, text := range texts {
		if !strings.Contains(losses[i], text) {
			t.Errorf("loss %d is %q, want %q", i, losses[i], text)
		}
	}
}

func fileText(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// films is a suite with all that a suite can say.
const films = `name: films
search:
  index: films
  title_field: title
  retriever: {standard: {query: {multi_match: {query: "{{query}}", fields: [title, plot]}}}}
  rerankers:
    elastic: {field: plot}
metrics: [ndcg@10, mrr@10]
gates:
  - {metric: ndcg@10, min: 0.5}
queries:
  - query: crime in the city
    id: crime
    inference_text: a crook on the run
    tags: [long]
    relevant:
      - {title: Heat, id: "949", grade: 2}
      - {title: The Silence of the Lambs, grade: 3}
      - {title: Ronin, grade: 0.5}
    expect:
      - {title: Heat, within: 3}
  - query: heist
    quarantine: {until: 2026-12-31, reason: flaky}
    relevant:
      - the silence of the LAMBS
      - {id: "8195"}
`

func filmsCollection(t testing.TB) *collection {
	t.Helper()
	s, err := judgments.Parse("films.yaml", []byte(films), judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &collection{Suite: *s, Texts: true}
}
