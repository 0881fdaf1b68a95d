package convert

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/releval/releval/judgments"
)

// drawSuite draws a suite with what formats differ in: documents by title, by id
// and by both, of several indices; fractional grades; queries of one text, without
// judgments, with parameters, and with documents that they exclude.
func drawSuite(t *rapid.T) *judgments.Suite {
	s := &judgments.Suite{Name: "drawn", Search: judgments.Search{
		Index: "films,books", TitleField: "title",
		Retriever: []byte(`{"standard":{"query":{"match":{"title":"{{query}}"}},"filter":{"term":{"lang":"{{lang}}"}}}}`),
		Params:    []judgments.Param{{Name: "lang", Value: []byte(`"en"`)}},
	}}
	s.Metrics = []judgments.MetricName{{Name: "ndcg_exp@10"}}
	plain := rapid.Bool().Draw(t, "plain") // what every format holds
	for i := range rapid.IntRange(1, 4).Draw(t, "queries") {
		q := judgments.Query{ID: fmt.Sprintf("q%d", i), Text: fmt.Sprintf("text %d", i)}
		if !plain {
			q.Text = rapid.SampledFrom(texts).Draw(t, "text")
			if rapid.Bool().Draw(t, "parameter") {
				q.Params = []judgments.Param{{Name: "lang", Value: []byte(`"de"`)}}
			}
			if rapid.Bool().Draw(t, "excludes") {
				q.Exclude = []judgments.Excluded{{ID: "own"}}
			}
		}
		q.InferenceText = q.Text
		for k := range rapid.IntRange(0, 3).Draw(t, "judgments") {
			j := judgments.Judgment{ID: fmt.Sprintf("d%d", k), Grade: float64(rapid.IntRange(0, 3).Draw(t, "grade"))}
			if !plain {
				switch rapid.IntRange(0, 3).Draw(t, "kind") {
				case 0:
					j.ID, j.Title = "", fmt.Sprintf("Title %d", k)
				case 1:
					j.Title = fmt.Sprintf("Title %d", k)
				case 2:
					j.ID, j.Index = "same", []string{"films", "books", "music"}[k]
				}
				if rapid.Bool().Draw(t, "fraction") {
					j.Grade += 0.5
				}
			}
			q.Relevant = append(q.Relevant, j)
		}
		s.Queries = append(s.Queries, q)
	}
	return s
}

// judged is each judgment as formats may hold it: by the query's text, and by the
// document's id where it has one.
func judged(queries []judgments.Query, byID bool) []string {
	var all []string
	for _, q := range queries {
		for _, j := range q.Relevant {
			document := "title " + judgments.FoldTitle(j.Title)
			if byID && j.ID != "" {
				document = "id " + j.ID
			}
			all = append(all, fmt.Sprintf("%s: %s = %g", judgments.FoldTitle(q.Text), document, j.Grade))
		}
	}
	slices.Sort(all)
	return all
}

// Whatever a suite holds: each format gives it back, or nothing is written and
// what would be lost is said.
func TestNothingIsLostInSilence(t *testing.T) {
	for _, c := range []struct {
		format Format
		name   string
	}{
		{Suite, "out.yaml"}, {Qrels, "out.qrels"}, {TSV, "out.tsv"}, {CSV, "table.csv"}, {Quepid, "out.csv"},
		{RankEval, "out.json"}, {OpenSearch, "list.json"}, {Studio, "out.ndjson"}, {BEIR, "beir"},
	} {
		t.Run(string(c.format), func(t *testing.T) { testSaid(t, c.format, c.name) })
	}
}

func testSaid(t *testing.T, format Format, name string) {
	dir := t.TempDir()
	held, said := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		suite := drawSuite(t)
		in := filepath.Join(dir, "in.yaml")
		f, err := os.Create(in)
		if err != nil {
			t.Fatal(err)
		}
		if err := judgments.Write(f, suite); err != nil {
			t.Fatal(err)
		}
		f.Close()
		if _, err := judgments.Load(in, judgments.Options{}); err != nil {
			t.Skip(err)
		}
		out := filepath.Join(dir, name, name)
		os.RemoveAll(filepath.Join(dir, name))
		job := Job{In: in, Out: out, To: format}
		if format == Studio {
			job.Write.Workspace = "w"
		}
		if format == Studio || format == RankEval {
			job.Write.Index = "films"
		}
		result, err := job.Run(context.Background(), nil)
		switch {
		case errors.Is(err, ErrLoss):
			if _, err := os.Stat(out); err == nil {
				t.Fatalf("%s: written, in spite of %v", format, result.Losses)
			}
			said++
			return
		case err != nil:
			if _, statErr := os.Stat(out); statErr == nil {
				t.Fatalf("%s: written, in spite of %v", format, err)
			}
			said++
			return
		}
		held++
		again, err := readFormat(context.Background(), format, out, ReadOptions{})
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		byID := format != Suite
		want, got := judged(suite.Queries, true), judged(again.Suite.Queries, true)
		if format == Qrels || format == BEIR || format == TSV || format == CSV || !byID {
			// Titles stand beside ids in these, or ids are made for them.
			want, got = documents(suite.Queries), documents(again.Suite.Queries)
		}
		if !slices.Equal(want, got) {
			t.Fatalf("%s: wrote\n%q, read\n%q, said %q", format, want, got, result.Notes)
		}
	})
	if held == 0 || said == 0 && format != Suite {
		t.Errorf("held %d of the suites, and could not hold %d", held, said)
	}
}

// documents counts the judgments of each query by grade: where ids are made for
// titles the documents have other names.
func documents(queries []judgments.Query) []string {
	var all []string
	for _, q := range queries {
		for _, j := range q.Relevant {
			all = append(all, fmt.Sprintf("%s %s = %g", q.ID, judgments.FoldTitle(q.Text), j.Grade))
		}
	}
	slices.Sort(all)
	return all
}

// Formats that name documents by id alone hold no index, no format but a suite an
// exclusion, and one id of two indexes is one document to them.
func TestIndexesAndExclusionsAreLost(t *testing.T) {
	const head = "search: {index: \"shop,lib\", title_field: t, retriever: {standard: {query: {match: {t: \"{{query}}\"}}}}}\nqueries:\n  - query: lamp\n"
	for _, c := range []struct {
		name, query, lost string
		formats           []Format
	}{
		{"index", "    relevant: [{id: 7, index: lib}, {id: 8}]\n", `whose index is left out, because`, []Format{Qrels, BEIR, CSV, TSV, Quepid, OpenSearch}},
		{"two indexes", "    relevant: [{id: 7, index: lib}, {id: 7, index: shop, grade: 3}]\n", `the id of another index is judged as well: "7" for "lamp"`, []Format{Qrels, BEIR, CSV, TSV, Quepid, OpenSearch}},
		{"exclude", "    exclude: [{id: 9}, Desk]\n    relevant: [{id: 7}]\n", `2 excluded documents left out, which the format would count as found or judged: "9" for "lamp", "Desk" for "lamp"`, []Format{Qrels, BEIR, CSV, TSV, Quepid, OpenSearch, RankEval, Studio}},
	} {
		for _, format := range c.formats {
			t.Run(c.name+" to "+string(format), func(t *testing.T) {
				job := Job{In: tempFile(t, "in.yaml", head+c.query), Out: filepath.Join(t.TempDir(), "out"), To: format, Write: WriteOptions{Workspace: "w", Index: "shop"}}
				if format != Studio {
					job.Write.Workspace = ""
				}
				if format != Studio && format != RankEval {
					job.Write.Index = ""
				}
				result, err := job.Run(t.Context(), nil)
				if !errors.Is(err, ErrLoss) || !strings.Contains(strings.Join(result.Losses, "\n"), c.lost) {
					t.Fatalf("got %v, want a loss with %q", err, c.lost)
				}
				if _, err := os.Stat(job.Out); err == nil {
					t.Error("written")
				}
				job.Force = true
				if _, err := job.Run(t.Context(), nil); err != nil {
					t.Errorf("by force: %v", err)
				}
			})
		}
	}
}
