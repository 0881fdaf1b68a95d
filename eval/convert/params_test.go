package convert

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/judgments"
)

// suiteFrom converts a file to a suite and loads it.
func suiteFrom(t *testing.T, job Job, name, text string) (*judgments.Suite, *Result) {
	t.Helper()
	job.In, job.Out = tempFile(t, name, text), filepath.Join(t.TempDir(), "suite.yaml")
	result, err := job.Run(t.Context(), nil)
	if err != nil {
		t.Fatalf("%v: %+v", err, result)
	}
	s, err := judgments.Load(job.Out, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s, result
}

func paramsOf(q judgments.Query) map[string]string {
	all := map[string]string{}
	for _, p := range q.Params {
		all[p.Name] = string(p.Value)
	}
	return all
}

// What differs from request to request of a template is a parameter of the query,
// what does not is part of how to search. Filled again, the suite's retriever is
// what each request searched by.
func TestTemplateParamsAreKept(t *testing.T) {
	const body = `{
  "templates": [{"id": "t", "template": {"source": "{\"query\":{\"bool\":{\"must\":{\"match\":{\"body\":\"{{q}}\"}},\"filter\":[{\"term\":{\"lang\":\"{{lang}}\"}},{\"term\":{\"site\":\"{{site}}\"}},{\"range\":{\"year\":{\"gte\":{{from}}}}},{\"terms\":{\"tag\":{{#toJson}}tags{{/toJson}}}},{\"prefix\":{\"path\":\"/{{from}}/{{lang}}\"}}]}}}"}}],
  "requests": [
    {"id": "a", "template_id": "t", "params": {"q": "crime", "lang": "de", "site": "x", "from": 1990, "tags": ["a", "b"]}, "ratings": [{"_index": "films", "_id": "1", "rating": 1}]},
    {"id": "b", "template_id": "t", "params": {"q": "heist", "lang": "en", "site": "x", "from": 2001, "tags": []}, "ratings": [{"_index": "films", "_id": "2", "rating": 2}]}
  ]}`
	s, _ := suiteFrom(t, Job{}, "r.json", body)
	want := []map[string]string{{"lang": `"de"`, "from": "1990", "tags": `["a", "b"]`}, {"lang": `"en"`, "from": "2001", "tags": `[]`}}
	for i, q := range s.Queries {
		got := paramsOf(q)
		for name, value := range want[i] {
			if string(judgments.CanonicalJSON([]byte(got[name]))) != string(judgments.CanonicalJSON([]byte(value))) {
				t.Errorf("%s of %s is %s, want %s", name, q.ID, got[name], value)
			}
		}
		if len(got) != len(want[i]) {
			t.Errorf("the parameters of %s are %v", q.ID, got)
		}
	}
	first := judgments.NewTemplate(s.Search.Retriever).Fill(s.Search.Values(&s.Queries[0]))
	const searched = `{"standard":{"query":{"bool":{"must":{"match":{"body":"crime"}},"filter":[{"term":{"lang":"de"}},{"term":{"site":"x"}},{"range":{"year":{"gte":1990}}},{"terms":{"tag":["a","b"]}},{"prefix":{"path":"/1990/de"}}]}}}}`
	if diff := cmp.Diff(string(judgments.CanonicalJSON([]byte(searched))), string(judgments.CanonicalJSON(first))); diff != "" {
		t.Errorf("searched by (-want +got):\n%s", diff)
	}

	// And out again: each request is what it was.
	in := filepath.Join(t.TempDir(), "suite.yaml")
	w, err := os.Create(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := judgments.Write(w, s); err != nil {
		t.Fatal(err)
	}
	w.Close()
	out := filepath.Join(t.TempDir(), "again.json")
	if _, err := (Job{In: in, Out: out, To: RankEval, Force: true}).Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	var again struct {
		Requests []struct {
			Request struct{ Query json.RawMessage }
		}
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	if got := string(judgments.CanonicalJSON(again.Requests[0].Request.Query)); !strings.Contains(searched, got[1:len(got)-1]) && !strings.Contains(string(judgments.CanonicalJSON([]byte(searched))), got) {
		t.Errorf("the request is %s", got)
	}
}

// Scenarios of Relevance Studio and queries of Quepid have values beside the text.
// A retriever that uses them keeps them; otherwise they are lost, and it is said.
func TestValuesOfScenariosAreKept(t *testing.T) {
	retriever := json.RawMessage(`{"standard":{"query":{"match":{"body":"{{query}}"}},"filter":{"term":{"lang":"{{lang}}"}}}}`)
	studio := `{"_id":"s1","_source":{"workspace_id":"w","name":"a","values":{"text":"crime","lang":"de"}}}` + "\n" +
		`{"_id":"s2","_source":{"workspace_id":"w","name":"b","values":{"text":"heist","lang":"en"}}}` + "\n" +
		`{"_id":"j1","_source":{"workspace_id":"w","scenario_id":"s1","index":"films","doc_id":"1","rating":2}}` + "\n" +
		`{"_id":"j2","_source":{"workspace_id":"w","scenario_id":"s2","index":"films","doc_id":"2","rating":1}}`
	quepid := `{"case_name":"c","queries":[{"query_text":"crime","options":{"lang":"de"},"ratings":[{"doc_id":"1","rating":2}]},{"query_text":"heist","options":"{\"lang\":\"en\"}","ratings":[{"doc_id":"2","rating":1}]}]}`
	for name, text := range map[string]string{"studio.ndjson": studio, "quepid.json": quepid} {
		s, _ := suiteFrom(t, Job{Search: SearchOptions{Retriever: retriever}}, name, text)
		for i, want := range []string{`"de"`, `"en"`} {
			if got := paramsOf(s.Queries[i]); got["lang"] != want || len(got) != 1 {
				t.Errorf("%s: parameters %v, want lang %s", name, got, want)
			}
		}
		job := Job{In: tempFile(t, name, text), Out: filepath.Join(t.TempDir(), "s.yaml"), Search: SearchOptions{Fields: []string{"body"}}}
		result, err := job.Run(t.Context(), nil)
		if !errors.Is(err, ErrLoss) || !strings.Contains(strings.Join(result.Losses, "\n"), "2 parameters of queries that nothing in the search uses, left out; a retriever with {{lang}}") {
			t.Errorf("%s: %v, %+v", name, err, result)
		}
		out := filepath.Join(t.TempDir(), "back.ndjson")
		if _, err := (Job{In: job.In, Out: out, To: Studio, Write: WriteOptions{Workspace: "w", Index: "films"}}).Run(t.Context(), nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if back := fileText(t, out); !strings.Contains(back, `"lang":"de"`) || !strings.Contains(back, `"text":"crime"`) {
			t.Errorf("%s: written back as\n%s", name, back)
		}
	}
}

// Ratings of documents in several indices keep theirs, with one id in two of them;
// where all are in one the search names it.
func TestIndicesOfRatingsAreKept(t *testing.T) {
	rating := func(index, id, rating string) string {
		return `{"_index":"` + index + `","_id":"` + id + `","rating":` + rating + `}`
	}
	body := `{"requests":[{"id":"a","request":{"query":{"match":{"t":"crime"}}},"ratings":[` + rating("films", "1", "3") + "," + rating("books", "1", "1") + "," + rating("books", "2", "0") + `]}]}`
	s, result := suiteFrom(t, Job{}, "r.json", body)
	var got []string
	for _, j := range s.Queries[0].Relevant {
		got = append(got, j.YAML())
	}
	if diff := cmp.Diff([]string{`{id: "1", index: films, grade: 3}`, `{id: "1", index: books}`, `{id: "2", index: books, grade: 0}`}, got); diff != "" || s.Search.Index != "books,films" {
		t.Errorf("index %s, judgments (-want +got):\n%s", s.Search.Index, diff)
	}
	if result.Read.Judgments != 3 || result.Written.Judgments != 3 {
		t.Errorf("%+v", result)
	}
	one, _ := suiteFrom(t, Job{}, "r.json", strings.ReplaceAll(strings.ReplaceAll(body, "books", "films"), rating("films", "1", "1")+",", ""))
	if one.Search.Index != "films" || one.Queries[0].Relevant[0].Index != "" {
		t.Errorf("of one index: %s, %+v", one.Search.Index, one.Queries[0].Relevant)
	}
}
