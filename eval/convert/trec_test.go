package convert

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/trec"
	"github.com/releval/releval/judgments"
)

func TestQrels(t *testing.T) {
	path := tempFile(t, "x.qrels", "\ufeff101 0 d1 2\n# pooled\n102 Q0 d1 0.5\n101\t0\td2  -1\r\n\n")
	c := read(t, Qrels, path, ReadOptions{})
	wantQueries(t, []plainQuery{
		{ID: "101", Text: "101", Judged: []plainJudgment{{ID: "d1", Grade: 2}, {ID: "d2", Grade: -1}}},
		{ID: "102", Text: "102", Judged: []plainJudgment{{ID: "d1", Grade: 0.5}}},
	}, c)
	if c.Texts {
		t.Error("the texts are said to be known")
	}
	wantSaid(t, said(&c.ledger))
	texts := tempFile(t, "queries.tsv", "query_id\ttext\n101\tcrime\n102\theist\n")
	c = read(t, Qrels, path, ReadOptions{Queries: texts})
	if !c.Texts || c.Suite.Queries[1].Text != "heist" {
		t.Errorf("texts known: %v, %+v", c.Texts, c.Suite.Queries[1])
	}
	jsonl := tempFile(t, "queries.jsonl", `{"_id":"101","text":"crime"}`+"\n"+`{"_id":102,"text":"heist","metadata":{}}`)
	c = read(t, Qrels, path, ReadOptions{Queries: jsonl})
	if !c.Texts || c.Suite.Queries[0].Text != "crime" || c.Suite.Queries[1].Text != "heist" {
		t.Errorf("texts known: %v, %+v", c.Texts, c.Suite.Queries)
	}
}

func TestQrelsSurrogates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "films.qrels")
	losses := write(t, Qrels, path, filmsCollection(t), WriteOptions{})
	wantSaid(t, losses,
		"1 grade not a whole number, as trec_eval needs it; releval eval --grades fractional reads it: 0.5",
		"how to search", "1 gate", "1 inference_text", "1 expectation", "1 query with tags", "1 query with a quarantine", "2 titles written as a surrogate id")
	// The ids can be read off the titles by hand; Heat has a real one.
	want := `crime 0 949 2
crime 0 the-silence-of-the-lambs 3
crime 0 ronin 0.5
heist 0 the-silence-of-the-lambs 1
heist 0 8195 1
`
	if diff := cmp.Diff(want, fileText(t, path)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("the-silence-of-the-lambs\tThe Silence of the Lambs\nronin\tRonin\n", fileText(t, path+".titles.tsv")); diff != "" {
		t.Errorf("titles (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("crime\tcrime in the city\nheist\theist\n", fileText(t, path+".queries.tsv")); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
	c := read(t, Qrels, path, ReadOptions{})
	wantQueries(t, []plainQuery{
		{ID: "crime", Text: "crime in the city", Judged: []plainJudgment{{ID: "949", Grade: 2}, {Title: "The Silence of the Lambs", Grade: 3}, {Title: "Ronin", Grade: 0.5}}},
		{ID: "heist", Text: "heist", Judged: []plainJudgment{{Title: "The Silence of the Lambs", Grade: 1}, {ID: "8195", Grade: 1}}},
	}, c)
}

// TestSurrogatesOfDocuments wants no made-up id to be that of a document, and
// no mapping file from before to explain a new one.
func TestSurrogatesOfDocuments(t *testing.T) {
	dir := beirFolder(t, map[string]string{
		"films.ndjson": `{"_id":"alien","title":"Alien Resurrection"}` + "\n" + `{"_id":"the thing","title":"The Thing"}` + "\n",
		"films.yaml": "search: {index: i, title_field: title, documents: films.ndjson, retriever: {standard: {query: {match: {title: \"{{query}}\"}}}}}\n" +
			"queries:\n- query: space\n  relevant: [Alien, {title: The Thing, grade: 2}]\n",
	})
	in := filepath.Join(dir, "films.yaml")
	folder := filepath.Join(dir, "beir")
	result, err := Job{In: in, Out: folder + "/", Force: true}.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantSaid(t, slices.Concat(result.Losses, result.Notes), "1 title without an id", `a title that no document has: "Alien"`, "how to search")
	judged := plain(read(t, BEIR, folder, ReadOptions{}))[0].Judged
	if len(judged) != 2 || judged[0].ID == "alien" || judged[1].ID != "the thing" {
		t.Errorf("%+v", judged)
	}

	qrels := filepath.Join(dir, "x.qrels")
	if _, err := (Job{In: in, Out: qrels}).Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	judged = plain(read(t, Qrels, qrels, ReadOptions{}))[0].Judged
	if len(judged) != 2 || judged[0].Title != "Alien" || judged[1].Title != "the thing" {
		t.Errorf("%+v", judged)
	}
	made, _, _ := strings.Cut(fileText(t, qrels+titlesEnding), "\t")
	again := tempFile(t, "again.qrels", "space 0 "+made+" 1\n")
	if _, err := (Job{In: again, Out: qrels}).Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	wantQueries(t, []plainQuery{{ID: "space", Text: "space", Judged: []plainJudgment{{ID: made, Grade: 1}}}}, read(t, Qrels, qrels, ReadOptions{}))
}

// TestSurrogatesDiffer gives ids to titles that look alike, and to one that
// looks like a real id.
func TestSurrogatesDiffer(t *testing.T) {
	s := newSurrogates(&collection{})
	s.used["wall-e"] = true
	ids := map[string]string{}
	for _, title := range []string{"WALL-E", "Wall E", "wall·e", "???", "!!!", "Wall-E"} {
		id := s.document("", title)
		if strings.ContainsAny(id, " \t") || id == "wall-e" {
			t.Errorf("%q gets the id %q", title, id)
		}
		if other, ok := ids[id]; ok && !strings.EqualFold(other, title) {
			t.Errorf("%q and %q get the id %q", other, title, id)
		}
		ids[id] = title
	}
	if len(ids) != 5 {
		t.Errorf("%d ids for 5 titles: %v", len(ids), ids)
	}
}

func TestRun(t *testing.T) {
	path := tempFile(t, "x.run", "q1 Q0 b 2 1.5 bm25\nq1 Q0 a 1 2e0 bm25\nq2 Q0 a 7 0.5 bm25\nq1 Q0 c 3 1.5 bm25\n")
	c := read(t, TRECRun, path, ReadOptions{})
	// Of the equal scores the greater id comes first, whatever the ranks say.
	want := []run{{Tag: "bm25", Queries: []ranking{
		{Query: "q1", Hits: []hit{{ID: "a", Score: 2}, {ID: "c", Score: 1.5}, {ID: "b", Score: 1.5}}},
		{Query: "q2", Hits: []hit{{ID: "a", Score: 0.5}}},
	}}}
	if diff := cmp.Diff(want, c.Runs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	out := filepath.Join(t.TempDir(), "y.run")
	wantSaid(t, write(t, TRECRun, out, c, WriteOptions{}))
	wantText := "q1 Q0 a 1 2 bm25\nq1 Q0 c 2 1.5 bm25\nq1 Q0 b 3 1.5 bm25\nq2 Q0 a 1 0.5 bm25\n"
	if diff := cmp.Diff(wantText, fileText(t, out)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRunInAnotherOrder writes rankings that are not in the order of their
// scores, which their readers would rank by, and several runs at once.
func TestRunInAnotherOrder(t *testing.T) {
	c := &collection{Runs: []run{
		{Tag: "a b", Queries: []ranking{{Query: "q", Hits: []hit{{ID: "x", Score: 1}, {ID: "y", Score: 1}, {ID: "z", Score: 3}}}}},
		{Tag: "../a-b", Queries: []ranking{{Query: "#1", Hits: []hit{{ID: "x", Score: 1}}}}},
	}}
	c.Suite.Queries = []judgments.Query{{ID: "q", Text: "q"}, {ID: "#1", Text: "#1"}, {ID: "1", Text: "1"}}
	if _, err := save(t.Context(), TRECRun, filepath.Join(t.TempDir(), "x.run"), c, WriteOptions{}); err == nil || !strings.Contains(err.Error(), "the source holds 2 runs") {
		t.Errorf("%v", err)
	}
	folder := filepath.Join(t.TempDir(), "runs")
	wantSaid(t, write(t, TRECRun, folder+"/", c, WriteOptions{}), "1 ranking not in the order of the scores", "1 query without hits")
	for name, want := range map[string]string{
		"a-b.run":  "q Q0 x 1 1 a-b\nq Q0 y 2 0.5 a-b\nq Q0 z 3 0.3333333333333333 a-b\n",
		"-a-b.run": "1 Q0 x 1 1 ../a-b\n",
	} {
		if diff := cmp.Diff(want, fileText(t, filepath.Join(folder, name))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// runKinds are runs that readers could take differently.
var runKinds = map[string]string{
	"ties":      "q1 Q0 d1 1 1.0 t\nq1 Q0 d2 2 1.0 t\nq1 Q0 d9 3 1.0 t\nq2 Q0 d2 1 1 t\nq2 Q0 d1 2 1 t\n",
	"comment":   "# made by a tool\nq1 Q0 d2 1 2.0 t\n  # so\nq1 Q0 d1 2 1.0 t\n",
	"infinite":  "q1 Q0 d2 1 Inf t\nq1 Q0 d9 2 -inf t\nq1 Q0 d1 3 1.0 t\nq2 Q0 d1 1 1e999 t\nq2 Q0 d2 1 inf t\n",
	"scattered": "q1 Q0 d2 1 1 t\nq2 Q0 d1 1 3 t\nq1 Q0 d1 2 2 t\nq2 Q0 d2 2 4 t\n",
	"ranks":     "q1 Q0 d2 1 1 t\nq1 Q0 d1 2 2 t\nq2 Q0 d9 x 1 t\nq2 Q0 d2 x 1 t\n",
	"more":      "\xef\xbb\xbfq1 Q0 d2 1 0x1p3 t and more\r\nq1 Q0 d1 1 8 t\r\n",
	"odd ids":   "q1 Q0 d\u00a01 1 2 t\nq1 Q0 d1 2 1 t\nq2 Q0 d\xff 1 1 t\nq2 Q0 d2 1 1 t\n",
	// What is refused.
	"twice":     "q1 Q0 d1 1 2.0 t\nq1 Q0 d1 2 1.0 t\n",
	"five":      "q1 Q0 d1 1 2.0\nq1 Q0 d2 2 1.0\n",
	"no number": "q1 Q0 d1 1 2.0 t\nq1 Q0 d2 2 high t\n",
	"nan":       "q1 Q0 d1 1 nan t\n",
	"none":      "\n# nothing\n",
}

const runKindsQrels = "q1 0 d1 1\nq1 0 d2 0\nq1 0 d9 0\nq2 0 d2 2\n"

// evaluated are the values of a run file, by metric and query.
func evaluated(t testing.TB, qrels, run string) (values [][]float64, err error) {
	t.Helper()
	q, err := trec.ReadQrels(t.Context(), trec.Input{Path: qrels}, trec.QrelsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var ms []metrics.Metric
	for _, name := range []string{"mrr", "ndcg@10", "map", "precision@1", "num_ret"} {
		m, err := metrics.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		ms = append(ms, m)
	}
	r, err := trec.Evaluate(t.Context(), q, trec.Input{Path: run}, ms, trec.Options{})
	if err != nil {
		return nil, err
	}
	return r.Values, nil
}

// TestConvertedRuns wants a converted run to have the values of the run, in
// both orders that a reader may ask for, and convert to accept and refuse what
// eval accepts and refuses, with the same words.
func TestConvertedRuns(t *testing.T) {
	qrels := tempFile(t, "qrels.txt", runKindsQrels)
	for name, text := range runKinds {
		t.Run(name, func(t *testing.T) {
			in := tempFile(t, "in.run", text)
			out := filepath.Join(t.TempDir(), "out.run")
			want, wantErr := evaluated(t, qrels, in)
			_, err := Job{In: in, Out: out}.Run(t.Context(), nil)
			if wantErr != nil || err != nil {
				if wantErr == nil || err == nil || err.Error() != wantErr.Error() {
					t.Fatalf("convert says %v, eval %v", err, wantErr)
				}
				return
			}
			got, err := evaluated(t, qrels, out)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("values of the run and of the converted run (-run +converted):\n%s", diff)
			}
			for _, order := range []trec.Order{trec.ByScore, trec.ByRank} {
				byOrder, err := trec.ReadRun(t.Context(), trec.Input{Path: out}, trec.Options{Order: order})
				if err != nil {
					t.Fatal(err)
				}
				original, err := trec.ReadRun(t.Context(), trec.Input{Path: in}, trec.Options{})
				if err != nil {
					t.Fatal(err)
				}
				for i, r := range original.Rankings {
					for k, h := range r.Hits {
						if byOrder.Rankings[i].Hits[k].Document != h.Document {
							t.Errorf("order %v: %s has %q at rank %d, want %q", order, r.Query, byOrder.Rankings[i].Hits[k].Document, k+1, h.Document)
						}
					}
				}
			}
		})
	}
}

// TestConvertedRunsDrawn is TestConvertedRuns for drawn runs, and for qrels.
func TestConvertedRunsDrawn(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	rapid.Check(t, func(rt *rapid.T) {
		var run, qrels strings.Builder
		for q := range rapid.IntRange(1, 4).Draw(rt, "queries") {
			ids := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-cé#]{1,3}`), 1, 8, rapid.ID).Draw(rt, "documents")
			for i, id := range ids {
				score := rapid.SampledFrom([]string{"1", "2", "2.0", "-1e3", "inf", "-Inf", "0.1", "0.10000000000000001"}).Draw(rt, "score")
				fmt.Fprintf(&run, "#\nq%d Q0 %s %d %s tag\n", q, id, i, score)
				if i == 0 || rapid.Bool().Draw(rt, "judged") {
					fmt.Fprintf(&qrels, "q%d 0 %s %d\n", q, id, rapid.IntRange(-1, 3).Draw(rt, "grade"))
				}
			}
		}
		for name, text := range map[string]string{"in.run": run.String(), "in.qrels": qrels.String()} {
			if err := os.WriteFile(file(name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, job := range []Job{{In: file("in.run"), Out: file("out.run")}, {In: file("in.qrels"), Out: file("out.qrels")}} {
			if _, err := job.Run(t.Context(), nil); err != nil {
				rt.Fatal(err)
			}
		}
		want, err := evaluated(t, file("in.qrels"), file("in.run"))
		if err != nil {
			rt.Fatal(err)
		}
		got, err := evaluated(t, file("out.qrels"), file("out.run"))
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("(-run +converted)\n%s\n%s", diff, run.String())
		}
	})
}

func TestRunHoldsNoJudgments(t *testing.T) {
	c := read(t, TRECRun, tempFile(t, "x.run", "q1 Q0 a 1 2 t\n"), ReadOptions{})
	_, err := save(t.Context(), Suite, filepath.Join(t.TempDir(), "s.yaml"), c, WriteOptions{})
	if err == nil || !strings.Contains(err.Error(), "rankings and no judgments") {
		t.Errorf("%v", err)
	}
	_, err = save(t.Context(), TRECRun, filepath.Join(t.TempDir(), "s.run"), filmsCollection(t), WriteOptions{})
	if err == nil || !strings.Contains(err.Error(), "holds no rankings") {
		t.Errorf("%v", err)
	}
}
