package reports

import (
	"strings"
	"testing"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/judgments"
)

// Two documents with one title are told apart by their ids, and no others.
func TestDocumentsOfOneTitleAreToldApart(t *testing.T) {
	run := sample()
	twin := run.Queries[0].Results[eval.FirstStage]
	twin.Hits[1].Document = &eval.Document{ID: "heat-1986", Title: "Heat"}
	r := mustReport(run)
	for format, content := range map[Format]string{Table: "", Markdown: "", HTML: ""} {
		o := Options{Query: "crime", Width: 200}
		if format == HTML {
			o.Query = ""
		}
		rendered, err := render(format, r, o)
		if err != nil {
			t.Fatal(err)
		}
		content = string(rendered)
		if !strings.Contains(content, "Heat (heat-1986)") || !strings.Contains(content, "Heat (id-Heat)") {
			t.Errorf("%s does not tell the two apart", format)
		}
		if strings.Contains(content, "Lambs (id-Lambs)") {
			t.Errorf("%s names a title of one document by its id", format)
		}
	}
	if run.Queries[0].Results["elastic"].Hits[3].Title != "Heat" {
		t.Error("the run itself was changed")
	}
}

// A report explains its words; a metric of every family that suites use has a
// meaning.
func TestWords(t *testing.T) {
	words := make(map[string]string)
	for _, w := range full().words() {
		words[w[0]] = w[1]
	}
	for _, want := range []string{"ndcg@3", "mrr", "first stage", "window", "interval", "p", "gate"} {
		if words[want] == "" {
			t.Errorf("%s is not explained", want)
		}
	}
	if words["baseline"] != "" {
		t.Error("explains a baseline that there is none of")
	}
	for format, heading := range map[Format]string{Markdown: "<summary>" + wordsTitle + "</summary>", HTML: "<h2>" + wordsTitle + "</h2>"} {
		if content, err := render(format, full(), Options{}); err != nil || !strings.Contains(string(content), heading) {
			t.Errorf("%s: %v, or no section with the words", format, err)
		}
	}
}

// A query is named by its id and by what is asked, where the id does not say it.
func TestQueryNames(t *testing.T) {
	for _, test := range []struct {
		q    eval.Query
		want string
	}{
		{eval.Query{ID: "15388", Text: "how do vaccines work"}, "15388: how do vaccines work"},
		{eval.Query{ID: "crime", Text: "Crime", InferenceText: "flesh-eating bad guy"}, "Crime / flesh-eating bad guy"},
		{eval.Query{ID: "noir", Text: "film noir", InferenceText: "Film  noir"}, "noir: film noir"},
		{eval.Query{ID: "toys", Text: "toys", Judgments: []judgments.Judgment{{Title: "x"}}}, "toys"},
	} {
		if got := queryName(&test.q); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
