package convert

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestQrels(t *testing.T) {
	path := tempFile(t, "x.qrels", "\ufeff101 0 d1 2\n101\t0\td2  -1\r\n\n102 Q0 d1 0\n101 0 d1 2\n102 0 d1 1\n")
	c := read(t, Qrels, path, ReadOptions{})
	wantQueries(t, []plainQuery{
		{ID: "101", Text: "101", Judged: []plainJudgment{{ID: "d1", Grade: 2}, {ID: "d2", Grade: -1}}},
		{ID: "102", Text: "102", Judged: []plainJudgment{{ID: "d1", Grade: 1}}},
	}, c)
	if c.Texts {
		t.Error("the texts are said to be known")
	}
	wantLosses(t, c.Losses, "1 judgments stand more than once", "1 judgments stand twice with different grades")
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
	wantLosses(t, losses,
		"search:", "1 gates", "1 queries' inference_text", "1 expectations", "1 queries' tags", "1 queries' quarantine",
		"2 titles stand behind surrogate ids", "1 grades are no whole numbers")
	// The ids can be read off the titles by hand; Heat has a real one, and
	// half a grade rounds away from zero.
	want := `crime 0 949 2
crime 0 the-silence-of-the-lambs 3
crime 0 ronin 1
heist 0 the-silence-of-the-lambs 1
heist 0 8195 1
`
	if diff := cmp.Diff(want, readText(t, path)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("the-silence-of-the-lambs\tThe Silence of the Lambs\nronin\tRonin\n", readText(t, path+".titles.tsv")); diff != "" {
		t.Errorf("titles (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("crime\tcrime in the city\nheist\theist\n", readText(t, path+".queries.tsv")); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
	c := read(t, Qrels, path, ReadOptions{})
	wantQueries(t, []plainQuery{
		{ID: "crime", Text: "crime in the city", Judged: []plainJudgment{{ID: "949", Grade: 2}, {Title: "The Silence of the Lambs", Grade: 3}, {Title: "Ronin", Grade: 1}}},
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
	result, err := Job{In: in, Out: folder + "/"}.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantLosses(t, result.Losses, `a title that no document has: "Alien"`, "1 judgments' titles have no id", "search:")
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
	made, _, _ := strings.Cut(readText(t, qrels+titlesEnding), "\t")
	again := tempFile(t, "again.qrels", "space 0 "+made+" 1\n")
	if _, err := (Job{In: again, Out: qrels}).Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	wantQueries(t, []plainQuery{{ID: "space", Text: "space", Judged: []plainJudgment{{ID: made, Grade: 1}}}}, read(t, Qrels, qrels, ReadOptions{}))
}

// TestSurrogatesDiffer gives ids to titles that look alike, and to one that
// looks like a real id.
func TestSurrogatesDiffer(t *testing.T) {
	s := newSurrogates(&Collection{})
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
	path := tempFile(t, "x.run", "q1 Q0 b 2 1.5 bm25\nq1 Q0 a 1 2e0 bm25\nq2 Q0 a 7 0.5 bm25\nq1 Q0 c 3 1.5 bm25\nq1 Q0 a 1 9 other\n")
	c := read(t, TRECRun, path, ReadOptions{})
	want := []Run{
		{Tag: "bm25", Queries: []Ranking{
			{Query: "q1", Hits: []Hit{{ID: "a", Score: 2}, {ID: "b", Score: 1.5}, {ID: "c", Score: 1.5}}},
			{Query: "q2", Hits: []Hit{{ID: "a", Score: 0.5}}},
		}},
		{Tag: "other", Queries: []Ranking{{Query: "q1", Hits: []Hit{{ID: "a", Score: 9}}}}},
	}
	if diff := cmp.Diff(want, c.Runs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	out := filepath.Join(t.TempDir(), "y.run")
	losses := write(t, TRECRun, out, c, WriteOptions{})
	wantLosses(t, losses, "1 rankings have scores that do not fall with the rank")
	// The tie of b and c would be lost, so that 1/rank stands for the scores.
	wantText := `q1 Q0 a 1 1 bm25
q1 Q0 b 2 0.5 bm25
q1 Q0 c 3 0.3333333333333333 bm25
q2 Q0 a 1 0.5 bm25
q1 Q0 a 1 9 other
`
	if diff := cmp.Diff(wantText, readText(t, out)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRunHoldsNoJudgments(t *testing.T) {
	c := read(t, TRECRun, tempFile(t, "x.run", "q1 Q0 a 1 2 t\n"), ReadOptions{})
	_, err := Write(t.Context(), Suite, filepath.Join(t.TempDir(), "s.yaml"), c, WriteOptions{})
	if err == nil || !strings.Contains(err.Error(), "rankings and no judgments") {
		t.Errorf("%v", err)
	}
	_, err = Write(t.Context(), TRECRun, filepath.Join(t.TempDir(), "s.run"), filmsCollection(t), WriteOptions{})
	if err == nil || !strings.Contains(err.Error(), "holds no rankings") {
		t.Errorf("%v", err)
	}
}
