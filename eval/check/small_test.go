package check

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
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

const (
	smallDocuments = `{"_id":"heat-1986","title":"Heat","year":1986,"rating":6.1,"plot":"A bodyguard in Las Vegas."}
{"_id":"heat-1995","title":"Heat","year":1995,"rating":8.3,"plot":"A robber and a policeman."}
{"_id":"it","title":"It","year":2017,"rating":7.3,"plot":"A clown."}
{"_id":"alien","title":"Alien","year":1979,"rating":8.5,"plot":"Nobody hears you."}
{"_id":"aliens","title":"Aliens","year":1986,"rating":8.4,"plot":"More of them."}
`
	smallHead = `name: small
search:
  index: small
  title_field: title
  documents: small.ndjson
  mappings: {properties: {title: {type: text, analyzer: english, fields: {raw: {type: keyword}}}, plot: {type: text}, year: {type: integer}}}
  retriever: {standard: {query: {match: {plot: "{{query}}"}}}}
  rerankers: {elastic: {field: plot}}
queries:
`
)

// small makes a suite of the queries, and an engine that holds the documents.
func small(t *testing.T, queries string) (*judgments.Suite, []byte, *cluster.Client) {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "small.ndjson"), []byte(smallDocuments), 0o600); err != nil {
		t.Fatal(err)
	}
	text := []byte(smallHead + queries)
	suite, err := judgments.Parse(filepath.Join(folder, "small.yaml"), text, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client, err := cluster.New(cluster.Config{Transport: embedded.New(embedded.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load.Documents(t.Context(), client, suite, true); err != nil {
		t.Fatal(err)
	}
	return suite, text, client
}

// lines are the findings but for the preflight's notes, as line:column
// severity kind: message.
func lines(found []Finding) []string {
	var all []string
	for _, f := range found {
		if f.Kind != KindPreflight || f.Severity != preflight.SeverityNote {
			all = append(all, fmt.Sprintf("%d:%d %s %s: %s", f.Line, f.Column, f.Severity, f.Kind, f.Message))
		}
	}
	return all
}

func TestOnline(t *testing.T) {
	for _, c := range []struct {
		name, queries string
		want          []string
	}{
		{"nothing wrong", "- query: q\n  relevant: [Alien, {id: heat-1995}, {id: it}]\n", nil},
		{"ambiguous, told apart by the year", "- query: q\n  relevant: [Heat]\n", []string{
			`11:14 warning ambiguous-title: "Heat" stands for 2 documents, and whichever ranks first gets the credit: "heat-1986" (year 1986) and "heat-1995" (year 1995); name the one that is meant by its id`,
		}},
		{"another case", "- query: q\n  relevant: [aLIEN]\n", []string{
			`11:14 note spelling: the index writes "Alien", which counts as the same`,
		}},
		{"a title of stop words in another case", "- query: q\n  relevant: [IT]\n", []string{
			`11:14 note spelling: the index writes "It", which counts as the same`,
		}},
		{"missing, with a near one that is judged too", "- query: q\n  relevant: [Alienn, Alien]\n", []string{
			`11:14 error missing-title: no document has the title "Alienn"; did you mean "Alien" or "Aliens"?`,
		}},
		{"missing, and nothing near", "- query: q\n  relevant: [The Third Man]\n", []string{
			`11:14 error missing-title: no document has the title "The Third Man", nor any like it; correct it, or remove the judgment`,
		}},
		{"missing id", "- query: q\n  relevant: [{id: heat-2013}, {id: alien-1979, title: Alien}]\n", []string{
			`11:14 error missing-id: no document has the id "heat-2013"; correct it, or remove the judgment`,
			`11:55 error missing-id: no document has the id "alien-1979"; did you mean "alien", which has the title "Alien"?`,
		}},
		{"renamed beside its id", "- query: q\n  relevant: [{id: alien, title: \"Alien: The Film\"}]\n", []string{
			`11:33 warning renamed: the document "alien" is now called "Alien"; the judgment goes by the id, but its title misleads the reader`,
		}},
		{"id and title of two documents", "- query: q\n  relevant: [{id: alien, title: Aliens}]\n", []string{
			`11:33 error renamed: the id and the title are of different documents: "alien" is "Alien", and the title "Aliens" has "aliens"; correct one of them`,
		}},
		{"one document twice", "- query: q\n  relevant:\n    - Alien\n    - {id: alien, grade: 2}\n", []string{
			`13:7 error duplicate: the document "alien" is the same document (alien) as "Alien" on line 12; keep one judgment of it`,
		}},
		{"expectations", "- query: q\n  relevant: [Alien]\n  expect:\n    - {title: Alienn, within: 3}\n    - {title: Alien, before: Alienz}\n", []string{
			`13:7 error missing-title: no document has the title "Alienn"; did you mean "Alien" or "Aliens"?`,
			`14:7 error missing-title: no document has the title "Alienz"; did you mean "Alien" or "Aliens"?`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			suite, _, client := small(t, c.queries)
			plan, err := plan.New(suite, plan.Overrides{})
			if err != nil {
				t.Fatal(err)
			}
			found, err := Online(t.Context(), client, plan, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, lines(found)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestSeveralIndices has documents of one id, and of one title, in two
// indices.
func TestSeveralIndices(t *testing.T) {
	suite, text, client := small(t, "- query: q\n  relevant: [{id: it, title: It}, {id: alien}, Aliens]\n")
	other := *suite
	other.Search.Index = "other"
	other.Search.Documents = filepath.Join(t.TempDir(), "other.ndjson")
	documents := `{"_id":"it","title":"It Follows","year":2014,"plot":"A curse."}` + "\n" + `{"_id":"aliens","title":"ALIENS","year":2020,"plot":"Loud."}` + "\n"
	if err := os.WriteFile(other.Search.Documents, []byte(documents), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := load.Documents(t.Context(), client, &other, true); err != nil {
		t.Fatal(err)
	}
	both, err := judgments.Parse(suite.File, bytes.Replace(text, []byte("index: small"), []byte("index: small,other"), 1), judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := plan.New(both, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := Online(t.Context(), client, plan, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{
		`11:30 warning ambiguous-title: 2 indices have a document "it", and whichever ranks first gets the credit: "It Follows" in other and "It" in small; name the document's index beside its id, or search one index`,
		`11:48 warning ambiguous-title: "Aliens" stands for 2 documents, and whichever ranks first gets the credit: "aliens" in other (year 2020) and "aliens" in small (year 1986); name the one that is meant by its id with its index`,
	}, lines(found)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestOnlineWithoutIndex(t *testing.T) {
	suite, _, client := small(t, "- query: q\n  relevant: [Alien]\n")
	if err := client.DeleteIndex(t.Context(), "small"); err != nil {
		t.Fatal(err)
	}
	plan, err := plan.New(suite, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := Online(t.Context(), client, plan, Options{})
	if err != nil || len(found) != 1 || found[0].Kind != KindPreflight || found[0].Severity != preflight.SeverityError {
		t.Errorf("%v, %v, want one finding that the index is missing", lines(found), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Online(ctx, client, plan, Options{}); err == nil {
		t.Error("no error though the cluster could not be asked")
	}
}

func TestOffline(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, queries string
		want          []string
	}{
		{"queries that differ in signs", "- query: rock'n'roll!\n  relevant: [Alien]\n- query: rock n roll\n  relevant: [It]\n- query: Rocknroll\n  relevant: [It]\n", []string{
			`14:3 warning duplicate: the query "Rocknroll" differs from "rock'n'roll!" on line 10 only in accents or punctuation; put their judgments together`,
		}},
		{"titles that differ in signs", "- query: q\n  relevant: [Amélie, {title: Amelie, grade: 3}]\n", []string{
			`11:30 warning duplicate: the title "Amelie" differs from "Amélie" on line 11 only in accents or punctuation, and has grade 3 instead of 1; if they are one document, keep one`,
		}},
		{"no relevant title", "- query: q\n  relevant: [{title: A, grade: 0}]\n", []string{
			`10:3 warning no-relevant: the query "q" has no relevant title, so that most metrics are 0 for it whatever is found`,
		}},
		{"expectations", "- query: q\n  relevant: [{title: A, grade: 0}, B]\n  expect: [{title: A, within: 3}, {title: A, not_within: 5}]\n", []string{
			`12:12 warning expectation: "A" is expected near the top, and judged not relevant`,
			`12:35 warning expectation: {title: A, not_within: 5} can never hold together with {title: A, within: 3} on line 12`,
		}},
		{"quarantine", "- query: q\n  relevant: [B]\n  quarantine: {until: 2026-03-01, reason: index moves}\n- query: r\n  relevant: [B]\n  quarantine: {until: 2026-03-02, reason: index moves}\n", []string{
			`12:15 warning quarantine-ended: the quarantine of the query "q" ended on 2026-03-01 (index moves): it gates again; remove the quarantine`,
		}},
		{"gates", "- query: q\n  relevant: [B]\ngates:\n  - {metric: mrr, min: 0.9}\n  - {metric: mrr, system: elastic, max: 0.5}\n  - {metric: mrr, min: 0.9}\n", []string{
			`14:5 warning gate: the gate {metric: mrr, system: elastic, max: 0.5} can never hold together with {metric: mrr, min: 0.9} on line 13`,
			`15:5 warning gate: the gate {metric: mrr, min: 0.9} can never hold together with {metric: mrr, system: elastic, max: 0.5} on line 14`,
			`15:5 warning gate: the gate {metric: mrr, min: 0.9} stands twice, first on line 13; remove one`,
		}},
		{"unused definition", "- query: q\n  relevant: [&b B]\n", []string{
			`11:14 warning unused: the definition &b is never used; remove it, or use it as *b`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			suite, text, _ := small(t, c.queries)
			if diff := cmp.Diff(c.want, lines(Offline(suite, text, now, false))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestOfflineDocuments wants what the documents file says of the suite: titles
// that none of them or several have, ids that none has, documents without a
// title, and fields that none has.
func TestOfflineDocuments(t *testing.T) {
	folder := t.TempDir()
	documents := `{"_id": "alien", "title": "Alien", "plot": "x"}
{"_id": "heat-1986", "title": "Heat", "plot": "x"}
{"_id": "heat-1995", "title": " HEAT ", "plot": "x"}
{"_id": "third", "title": "Third", "plot": "x"}
{"_id": "none", "plot": "x"}
{"_id": "both", "title": ["It", "It Follows"], "plot": "x"}
`
	if err := os.WriteFile(filepath.Join(folder, "d.ndjson"), []byte(documents), 0o644); err != nil {
		t.Fatal(err)
	}
	suite := `name: s
search:
  index: s
  title_field: title
  documents: d.ndjson
  retriever: {standard: {query: {match: {plot: "{{query}}"}}}}
  rerankers: {elastic: {field: plot}}
queries:
  - query: q
    relevant: [Alien, Heat, {id: heat-1995}, {id: heat-2000}, It Follows, Aliens]
    expect: [{title: Ghost, within: 3}]
`
	for _, c := range []struct {
		name, from, to string
		titles         bool
		want           []string
	}{
		{"titles", "", "", true, []string{
			`4:16 warning preflight: 1 of 6 documents in d.ndjson have no value in title, the first on line 5 (none): no judgment can name them but by id`,
			`10:23 warning ambiguous-title: "Heat" stands for 2 documents of d.ndjson, and whichever ranks first gets the credit: "heat-1986" and "heat-1995"; name the one that is meant by its id`,
			`10:46 error missing-id: no document of d.ndjson has the id "heat-2000"`,
			`10:75 error missing-title: no document of d.ndjson has the title "Aliens"`,
			`11:14 error missing-title: no document of d.ndjson has the title "Ghost"`,
		}},
		{"the index is asked for them", "", "", false, nil},
		{"a typo in title_field", "title_field: title", "title_field: titel", true, []string{
			`4:16 error preflight: title_field is "titel", in which no document of d.ndjson has a value among the first 6; the fields nearest to it are title and plot`,
		}},
		{"a typo in field", "field: plot", "field: plott", false, []string{
			`7:15 warning preflight: the reranker's field is "plott", in which no document of d.ndjson has a value among the first 6; the fields nearest to it are plot and title`,
		}},
		{"a sub-field", "title_field: title", "title_field: title.keyword", true, []string{
			`4:16 warning preflight: 1 of 6 documents in d.ndjson have no value in title.keyword, the first on line 5 (none): no judgment can name them but by id`,
			`10:23 warning ambiguous-title: "Heat" stands for 2 documents of d.ndjson, and whichever ranks first gets the credit: "heat-1986" and "heat-1995"; name the one that is meant by its id`,
			`10:46 error missing-id: no document of d.ndjson has the id "heat-2000"`,
			`10:75 error missing-title: no document of d.ndjson has the title "Aliens"`,
			`11:14 error missing-title: no document of d.ndjson has the title "Ghost"`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := []byte(strings.Replace(suite, c.from, c.to, 1))
			path := filepath.Join(folder, "s.yaml")
			if err := os.WriteFile(path, text, 0o644); err != nil {
				t.Fatal(err)
			}
			loaded, err := judgments.Load(path, judgments.Options{})
			if err != nil {
				t.Fatal(err)
			}
			found := lines(Offline(loaded, text, time.Now(), c.titles))
			for i := range found {
				found[i] = strings.ReplaceAll(found[i], folder+string(os.PathSeparator), "")
			}
			if diff := cmp.Diff(c.want, found); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestFixSome wants what can be rewritten to be rewritten, and a reason for
// what cannot: a title over several lines, one that an alias shares with a
// query that judges the new title already, and two that become the same.
func TestFixSome(t *testing.T) {
	suite, text, client := small(t, `- query: q
  relevant:
    - Alien!
    - "It,
      Too"
    - &a Aliens!
- query: r
  relevant: [*a, Aliens]
- query: s
  relevant: [{title: Alien!, id: alien}, Alien]
- query: t
  relevant: [Aliens.]
- query: u
  relevant: [{title: Aleins, id: aliens}]
`)
	plan, err := plan.New(suite, plan.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := Online(t.Context(), client, plan, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range found {
		// The search for a new title of "It, Too" is not what this tests.
		if found[i].Title == "Aleins" {
			found[i].Rename.To = "Aliens\u0092"
		}
		if found[i].Title == "It, Too" {
			found[i].Rename = &Rename{From: "It, Too", To: "It", Certain: true, use: use{query: 0, judgment: 1, expectation: -1}}
		}
	}
	fixed, err := Fix(suite, text, found, false)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer("    - Alien!", "    - Alien", "[Aliens.]", "[Aliens]").Replace(string(text))
	if diff := cmp.Diff(want, string(fixed)); diff != "" {
		t.Error(diff)
	}
	var left []string
	for _, f := range found {
		if _, why, ok := strings.Cut(f.Message, " (not rewritten: "); ok {
			left = append(left, fmt.Sprintf("%d: %s", f.Line, why))
			if f.Fixed {
				t.Errorf("fixed, and not: %s", f.Message)
			}
		}
	}
	if diff := cmp.Diff([]string{
		"13: the title is written over several lines; edit it by hand)",
		"15: the title also stands in another place, by an alias; edit it by hand)",
		"19: the query would be wrong; edit it by hand)",
		"23: a suite cannot hold the new title, because of its control characters; name the document by its id)",
	}, left); diff != "" {
		t.Error(diff)
	}
}
