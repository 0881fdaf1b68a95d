package judgments

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSystems(t *testing.T) {
	s, err := Load("testdata/ok/systems.yaml", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, system := range s.Search.Systems() {
		line := system.Name
		if system.FirstStage != "" {
			line += " over " + system.FirstStage
		}
		got = append(got, line)
	}
	want := []string{
		"bm25", "bm25+elastic over bm25", "bm25/short", "bm25+short over bm25/short",
		"near", "near+elastic over near",
		"hybrid", "hybrid+elastic over hybrid", "hybrid/short", "hybrid+short over hybrid/short",
		"production", "esql",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	filter := string(s.Search.Systems()[2].Retriever)
	if !strings.HasSuffix(filter, `,"filter":["{{tenant}}",{"term":{"lang":"{{lang}}"}}]}}`) {
		t.Errorf("the filter of short is not beside that of bm25: %s", filter)
	}
	if s.Search.Requests[0].Size != 30 {
		t.Errorf("size %d", s.Search.Requests[0].Size)
	}
	prices, known := s.PricesOf(&s.Search.Systems()[1])
	if !known || len(prices) != 2 {
		t.Fatalf("prices %v", prices)
	}
	// 1.10 an hour at 20 searches a second: 1.10/72 for 1,000 searches
	if got := prices[0].Of1000(100, 0) + prices[1].Of1000(100, 0); got < 0.0252 || got > 0.0253 {
		t.Errorf("%v dollars for 1,000 searches", got)
	}
	if _, known := s.PricesOf(&s.Search.Systems()[4]); known {
		t.Error("near has a price")
	}
}

// A reranker's filter is in its first stage: the retriever's own system where
// all rerankers over it have that filter, else one apart.
func TestFilterOfRerankers(t *testing.T) {
	const (
		plain  = `{"standard":{"query":{"match":{"plot":"{{query}}"}}}}`
		kept   = `{"standard":{"query":{"match":{"plot":"{{query}}"}},"filter":[{"term":{"a":1}}]}}`
		one    = `retriever: {standard: {query: {match: {plot: "{{query}}"}}}}`
		named  = `retrievers: {bm25: {standard: {query: {match: {plot: "{{query}}"}}}}}`
		filter = `filter: {term: {a: 1}}`
	)
	for _, test := range []struct {
		retriever, rerankers string
		want                 []string // names, and what is searched by alone
	}{
		{one, "r: {field: plot}", []string{"first-stage", plain, "r over first-stage"}},
		{one, "r: {field: plot, " + filter + "}", []string{"first-stage", kept, "r over first-stage"}},
		{named, "r: {field: plot, " + filter + "}", []string{"bm25", kept, "bm25+r over bm25"}},
		{one, "r: {field: plot, " + filter + "}, s: {field: title, filter: {term: {a:  1}}}", []string{"first-stage", kept, "r over first-stage", "s over first-stage"}},
		{one, "r: {field: plot, " + filter + "}, s: {field: plot}", []string{"first-stage", plain, "s over first-stage", "first-stage/r", kept, "r over first-stage/r"}},
		{named, "r: {field: plot, " + filter + "}, s: {field: plot}", []string{"bm25", plain, "bm25+s over bm25", "bm25/r", kept, "bm25+r over bm25/r"}},
	} {
		text := "search:\n  index: i\n  title_field: t\n  " + test.retriever + "\n  rerankers: {" + test.rerankers + "}\nqueries: [{query: x, relevant: [A]}]\n"
		suite, err := Parse("s.yaml", []byte(text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got, gates []string
		for _, system := range suite.Search.Systems() {
			gates = append(gates, "  - {metric: mrr, system: "+system.Name+", min: 0}\n")
			if system.Reranker == nil {
				got = append(got, system.Name, string(system.Retriever))
				continue
			}
			got = append(got, system.Name+" over "+system.FirstStage)
			if string(system.Retriever) != plain {
				t.Errorf("%s reranks %s", system.Name, system.Retriever)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s, %s:\n%s", test.retriever, test.rerankers, diff)
		}
		// every system has a name that gates know
		if _, err := Parse("s.yaml", []byte(text+"gates:\n"+strings.Join(gates, "")), Options{}); err != nil {
			t.Error(err)
		}
	}
}

// Whether a query, a list of queries or a placeholder for either, a filter of
// the reranker and one of the retriever both hold.
func TestFiltersOfBoth(t *testing.T) {
	for _, test := range []struct{ retriever, reranker, params, want string }{
		{`{term: {a: 1}}`, `{term: {b: 2}}`, "", `[{"term":{"a":1}},{"term":{"b":2}}]`},
		{`[{term: {a: 1}}, {term: {c: 3}}]`, `[{term: {b: 2}}]`, "", `[{"term":{"a":1}},{"term":{"c":3}},{"term":{"b":2}}]`},
		{`"{{x}}"`, `"{{y}}"`, "{x: {term: {a: 1}}, y: [{term: {b: 2}}, {term: {c: 3}}]}", `[{"bool":{"filter":{"term":{"a":1}}}},{"bool":{"filter":[{"term":{"b":2}},{"term":{"c":3}}]}}]`},
	} {
		text := "search:\n  index: i\n  title_field: t\n"
		if test.params != "" {
			text += "  params: " + test.params + "\n"
		}
		text += `  retrievers: {bm25: {standard: {query: {match: {plot: "{{query}}"}}, filter: ` + test.retriever + `}}}
  rerankers: {elastic: {field: plot, filter: ` + test.reranker + `}}
queries: [{query: x, relevant: [A]}]
`
		s, err := Parse("s.yaml", []byte(text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := Write(&b, s); err != nil {
			t.Fatal(err)
		}
		if again, err := Parse("s.yaml", b.Bytes(), Options{}); err != nil || again.SearchHash() != s.SearchHash() {
			t.Errorf("%v: what was written is not what was read:\n%s", err, b.String())
		}
		got := NewTemplate(s.Search.Systems()[0].Retriever).Fill(s.Search.Values(&s.Queries[0]))
		if want := `{"standard":{"query":{"match":{"plot":"x"}},"filter":` + test.want + `}}`; string(got) != want {
			t.Errorf("%s and %s: %s, want %s", test.retriever, test.reranker, got, want)
		}
	}
}

func TestFill(t *testing.T) {
	values := map[string]json.RawMessage{
		"query": json.RawMessage(`"a \"b\" {{x}}"`), "x": json.RawMessage(`1.50`), "list": json.RawMessage(`[0.10,{"a":"{{x}}"}]`),
		"yes": json.RawMessage(`true`),
	}
	for raw, want := range map[string]string{
		`{"a":"{{query}}"}`:                  `{"a":"a \"b\" {{x}}"}`,
		`{"a":"x {{query}} y"}`:              `{"a":"x a \"b\" {{x}} y"}`,
		`{"a":"{{x}}","b":"{{x}} {{yes}}"}`:  `{"a":1.50,"b":"1.50 true"}`,
		`{"a":["{{list}}", "{{x}}{{x}}"]}`:   `{"a":[[0.10,{"a":"{{x}}"}], "1.501.50"]}`,
		`{"{{x}}" : "\\{{x}} \\\\{{x}} {{"}`: `{"{{x}}" : "{{x}} \\{{x}} {{"}`,
		`{"a":"\"{{x}}\"","b":"\\n{{x}}"}`:   `{"a":"\"1.50\"","b":"\\n1.50"}`,
		`"{{missing}}{{x}}"`:                 `"1.50"`,
		`"{{missing}}"`:                      `null`,
		`no JSON {{x}}`:                      `no JSON {{x}}`,
	} {
		got := NewTemplate(json.RawMessage(raw)).Fill(func(name string) json.RawMessage { return values[name] })
		if string(got) != want {
			t.Errorf("%s gives %s, want %s", raw, got, want)
		}
	}
}

// Whatever is put in, what comes out is JSON of the same shape, and the query's
// text is in it as it was.
func TestFillKeepsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		before := strings.ReplaceAll(rapid.StringMatching(`[ -~]{0,10}`).Draw(t, "before"), "{{", "")
		before = strings.TrimRight(before, `\{`)
		raw, err := json.Marshal([]string{before + "{{query}}", "{{query}}"})
		if err != nil {
			t.Fatal(err)
		}
		s := Search{}
		filled := NewTemplate(raw).Fill(s.Values(&Query{Text: text}))
		var got []string
		if err := json.Unmarshal(filled, &got); err != nil {
			t.Fatalf("%s: %v", filled, err)
		}
		if !slices.Equal(got, []string{before + text, text}) {
			t.Fatalf("%q, want %q after %q", got, text, before)
		}
	})
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{`{"a":"{{query}}"}`, `"\\{{query}}"`, `"{{"`, `"\`, `{"a":"x{{query}}{{a}}"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		filled := NewTemplate(raw).Fill(func(string) json.RawMessage { return json.RawMessage(`"v"`) })
		if json.Valid(raw) && !json.Valid(filled) {
			t.Fatalf("%s becomes %s", raw, filled)
		}
		if !bytes.Contains(raw, []byte("{{")) && !bytes.Equal(raw, filled) {
			t.Fatalf("%s becomes %s", raw, filled)
		}
	})
}

func TestESQLParams(t *testing.T) {
	for query, want := range map[string]string{
		`FROM f | WHERE MATCH(p, ?query) AND a == ?tenant AND b == ?query`: "query tenant",
		"FROM f | WHERE `?a` == \"?b\" /* ?c */ AND ??field == ?x1 // ?d":  "field x1",
		`ROW a = """?x "?y" """, b = "\"?z", c = ?w`:                       "w",
		`ROW ? | ?1 | ???x`: "? ?1 ???x",
		`ROW "?`:            "",
	} {
		if got := strings.Join(ESQLParams(query), " "); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

// The hashes of a suite without new keys, computed by the version before these
// keys: run files that hold them stay comparable.
func TestHashesStay(t *testing.T) {
	s, err := Load("testdata/ok/full.yaml", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.QueriesHash() + " " + s.SearchHash(); got != "254657d0ed3acd350d977bc154aef0e076f5e9d7a571feb80c589b9f4ad42f04 43c0f28b3e4cc606ebc4375cac1cdb48ca9851dc9230e9596af186d9ab389b85" {
		t.Errorf("%s", got)
	}
}

func TestHashesOfSystems(t *testing.T) {
	s, err := Load("testdata/ok/systems.yaml", Options{})
	if err != nil {
		t.Fatal(err)
	}
	search, queries := s.SearchHash(), s.QueriesHash()
	for name, change := range map[string]func(*Suite){
		"retriever": func(s *Suite) { s.Search.Retrievers[0].Body = json.RawMessage(`{}`) },
		"over":      func(s *Suite) { s.Search.Rerankers[1].Over = []string{"bm25"} },
		"request":   func(s *Suite) { s.Search.Requests[1].ESQL += " " },
		"options":   func(s *Suite) { s.Search.Request.Routing = "a" },
		"params":    func(s *Suite) { s.Search.Params[0].Value = json.RawMessage(`"fr"`) },
	} {
		changed, _ := Load("testdata/ok/systems.yaml", Options{})
		change(changed)
		if changed.SearchHash() == search {
			t.Errorf("%s: the hash of the search stays", name)
		}
		if changed.QueriesHash() != queries {
			t.Errorf("%s: the hash of the queries changes", name)
		}
	}
	s.Queries[0].Params[0].Value = json.RawMessage(`"fr"`)
	if s.QueriesHash() == queries {
		t.Error("a query's parameter does not count")
	}
}
