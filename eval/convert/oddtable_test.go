package convert

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/releval/releval/judgments"
)

// Each format with quotes, a byte order mark, other line ends, numbers for ids, and
// an empty cell in the place of a document's id. The numbers are what the suite
// holds; where a file ends well that is all that was read.
func TestOddFilesOfEveryFormat(t *testing.T) {
	const lost, refused = -1, -2
	type outcomes struct{ quotes, mark, lines, numbers, empty int }
	type kind struct {
		format Format
		file   string
		text   func(query, id, other string) string
		want   outcomes
	}
	quoted := func(s string) string { return strings.ReplaceAll(s, `"`, `\"`) }
	cell := func(s string) string {
		if strings.Contains(s, `"`) {
			return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
		return s
	}
	for _, k := range []kind{
		{CSV, "x.csv", func(q, a, b string) string {
			return "query,docid,rating\n" + cell(q) + "," + a + ",2\n" + cell(q) + "," + b + ",1\n"
		}, outcomes{2, 2, 2, 2, refused}},
		{TSV, "x.tsv", func(q, a, b string) string {
			return "query\tdoc_id\tgrade\n" + cell(q) + "\t" + a + "\t2\n" + cell(q) + "\t" + b + "\t1\n"
		}, outcomes{2, 2, 2, 2, refused}},
		{Quepid, "x.csv", func(q, a, b string) string {
			return "Query Text,Doc ID,Rating\n" + cell(q) + "," + a + ",2\n" + cell(q) + "," + b + ",1\n"
		}, outcomes{2, 2, 2, 2, refused}},
		{Quepid, "x.json", func(q, a, b string) string {
			return "{\"case_name\":\"c\",\n\"queries\":[{\"query_text\":\"" + quoted(q) + "\",\"ratings\":[{\"doc_id\":" + a + ",\"rating\":2},{\"doc_id\":" + b + ",\"rating\":1}]}]}\n"
		}, outcomes{2, 2, 2, 2, refused}},
		{RankEval, "x.json", func(q, a, b string) string {
			return "{\"requests\":[{\"id\":\"r\",\n\"request\":{\"query\":{\"match\":{\"t\":\"" + quoted(q) + "\"}}},\"ratings\":[{\"_index\":\"i\",\"_id\":" + a + ",\"rating\":2},{\"_index\":\"i\",\"_id\":" + b + ",\"rating\":1}]}]}\n"
		}, outcomes{2, 2, 2, refused, refused}},
		{OpenSearch, "x.json", func(q, a, b string) string {
			return "{\"judgmentRatings\":[{\"query\":\"" + quoted(q) + "\",\n\"ratings\":[{\"docId\":" + a + ",\"rating\":2},{\"docId\":" + b + ",\"rating\":\"1\"}]}]}\n"
		}, outcomes{2, 2, 2, 2, refused}},
		{Studio, "x.ndjson", func(q, a, b string) string {
			return "{\"_id\":\"s\",\"_source\":{\"values\":{\"text\":\"" + quoted(q) + "\"}}}\n{\"scenario_id\":\"s\",\"doc_id\":" + a + ",\"rating\":2}\n{\"scenario_id\":\"s\",\"doc_id\":" + b + ",\"rating\":1}\n"
		}, outcomes{2, 2, 2, refused, refused}},
		{RRE, "x.json", func(q, a, b string) string {
			return "{\"query_groups\":[{\"queries\":[{\"placeholders\":{\"$query\":\"" + quoted(q) + "\"}}],\n\"relevant_documents\":{\"2\":[" + a + "],\"1\":[" + b + "]}}]}\n"
		}, outcomes{2, 2, 2, 2, refused}},
		{Qrels, "x.qrels", func(q, a, b string) string { return "q 0 " + a + " 2\nq 0 " + b + " 1\n" }, outcomes{lost, lost, lost, lost, refused}},
		{RankLib, "x.list", func(q, a, b string) string {
			return "# qid:1: " + q + "\n2 qid:1 1:0.5 # " + a + "\n1 qid:1 1:0.25 # " + b + "\n"
		}, outcomes{2, 2, 2, 2, refused}},
		{BEIR, "beir", func(q, a, b string) string { return "query-id\tcorpus-id\tscore\nq\t" + a + "\t2\nq\t" + b + "\t1\n" }, outcomes{2, 2, 2, 2, lost}},
		{Suite, "x.yaml", func(q, a, b string) string {
			return "search: {index: i, title_field: t, retriever: {standard: {query: {match: {t: \"{{query}}\"}}}}}\nqueries:\n  - {query: \"" + quoted(q) + "\", relevant: [{id: " + a + ", grade: 2}, {id: " + b + "}]}\n"
		}, outcomes{2, 2, 2, 2, refused}},
	} {
		t.Run(string(k.format)+" "+k.file, func(t *testing.T) {
			a, b := "a1", "b2"
			if strings.HasSuffix(k.file, "json") {
				a, b = `"a1"`, `"b2"`
			}
			none := ""
			if k.format == Suite || strings.HasSuffix(k.file, "json") {
				none = `""`
			}
			plain := k.text("red shoes", a, b)
			for _, odd := range []struct {
				name, text string
				want       int
			}{
				{"quotes", k.text(`"red" shoes, size 5"`, a, b), k.want.quotes},
				{"mark", "\ufeff" + plain, k.want.mark},
				{"line ends", strings.ReplaceAll(plain, "\n", "\r\n"), k.want.lines},
				{"numeric ids", k.text("red shoes", "17", "4"), k.want.numbers},
				{"empty cell", k.text("red shoes", a, none), k.want.empty},
			} {
				folder := t.TempDir()
				in, out := filepath.Join(folder, k.file), filepath.Join(folder, "out.yaml")
				files := map[string]string{in: odd.text}
				if k.format == BEIR {
					files = map[string]string{
						filepath.Join(in, "qrels", "test.tsv"): odd.text,
						filepath.Join(in, "queries.jsonl"):     `{"_id":"q","text":"a \"red\" shoe"}` + "\n",
						filepath.Join(in, "corpus.jsonl"):      `{"_id":"a1","title":"A","text":"x"}` + "\n" + `{"_id":"b2","title":"B","text":"y"}` + "\n" + `{"_id":"17","title":"C","text":"x"}` + "\n" + `{"_id":"4","title":"D","text":"y"}` + "\n",
					}
				}
				for path, text := range files {
					if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				result, err := Job{In: in, Out: out, Search: SearchOptions{}}.Run(t.Context(), nil)
				got := lost
				switch {
				case err == nil:
					s, err := judgments.Load(out, judgments.Options{})
					if err != nil {
						t.Fatal(err)
					}
					got = len(s.Queries[0].Relevant)
					if result.Read.Judgments != got || len(s.Queries) != 1 {
						t.Errorf("%s: %d judgments read, and %d written of %d queries", odd.name, result.Read.Judgments, got, len(s.Queries))
					}
				case !errors.Is(err, ErrLoss):
					got = refused
				}
				if got != odd.want {
					t.Errorf("%s: %d, want %d (%d lost, %d refused): %v %+v\n%s", odd.name, got, odd.want, lost, refused, err, result, odd.text)
				}
			}
		})
	}
}

// Columns of unknown names are raters' only where nothing speaks against it: a
// cell that is no grade, a number that is no grade, a name of what is measured, or
// no other column beside it.
func TestColumnsThatAreNoRaters(t *testing.T) {
	for name, c := range map[string]struct {
		table, lost, refused string
	}{
		"a cell that is no grade":   {"query,docid,mia,tom\nlamp,a,3,1\nlamp,b,x,2\ndesk,c,2,\n", `"x" of column "mia" (`, ""},
		"a scale of its own":        {"query,docid,mia,tom,eva\nlamp,a,3,1,70\n", `"70" of column "eva" (`, ""},
		"counts":                    {"query,docid,clicks,impressions\nlamp,a,3,5\n", "", "no column for the grade"},
		"counts among raters":       {"query,docid,mia,tom,click_count\nlamp,a,3,1,2\n", "", ""},
		"a year":                    {"query,title,year\nlamp,Heat,1999\n", "", "no column for the grade"},
		"a year of another name":    {"query,title,jahr\nlamp,Heat,1999\n", "", `"1999" of column "jahr"`},
		"great numbers":             {"query,docid,one,two\nlamp,a,105,150\n", "", `"105" of column "one"`},
		"one column":                {"query,docid,mia\nlamp,a,3\n", "", `"mia", the only column of numbers`},
		"one column and half a one": {"query,docid,mia\nlamp,a,3\nlamp,b,x\n", "", `"x" of column "mia"`},
		"raters":                    {"query,docid,mia,tom,remark\nlamp,a,3,1,fine\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			in := filepath.Join(dir, "t.csv")
			if err := os.WriteFile(in, []byte(c.table), 0o666); err != nil {
				t.Fatal(err)
			}
			result, err := Job{In: in, Out: filepath.Join(dir, "t.qrels")}.Run(t.Context(), nil)
			switch {
			case c.refused != "":
				if err == nil || errors.Is(err, ErrLoss) || !strings.Contains(err.Error(), c.refused) || !strings.Contains(err.Error(), "--columns") {
					t.Errorf("got %v, want a refusal with %q", err, c.refused)
				}
			case c.lost != "":
				if !errors.Is(err, ErrLoss) || !strings.Contains(strings.Join(result.Losses, "\n"), c.lost) {
					t.Errorf("got %v, want a loss with %q", err, c.lost)
				}
			case err != nil:
				t.Errorf("got %v: %q", err, result.Losses)
			}
		})
	}
}

// Lines that end in a carriage return alone are lines, and a body without requests
// is told by its key.
func TestCauseOfOddFiles(t *testing.T) {
	in := tempFile(t, "t.csv", "query,doc_id,grade\rlamp,a,2\rdesk,b,1\r")
	out := filepath.Join(t.TempDir(), "t.qrels")
	if result, err := (Job{In: in, Out: out}).Run(t.Context(), nil); err != nil || result.Read.Judgments != 2 {
		t.Errorf("got %+v, %v", result, err)
	}
	for _, body := range []string{`{"requests":[]}`, "{\"metric\": {\"dcg\": {}},\n \"requests\": [ ]}"} {
		in := tempFile(t, "r.json", body)
		if _, err := (Job{In: in, Out: out}).Run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no query in it") {
			t.Errorf("%s: got %v", body, err)
		}
	}
}
