package judgments

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// sameSuite compares suites by what they mean: places and the source of
// gates and expectations are left out.
var sameSuite = cmp.Options{
	cmpopts.IgnoreTypes(Position{}),
	cmpopts.IgnoreFields(Suite{}, "Hash", "Warnings"),
	cmpopts.IgnoreFields(Gate{}, "Source"),
	cmpopts.IgnoreFields(Expectation{}, "Source"),
	cmpopts.EquateEmpty(),
	cmp.FilterValues(func(a, b json.RawMessage) bool { return len(a)+len(b) > 0 },
		cmp.Transformer("canonical", func(r json.RawMessage) string { return string(CanonicalJSON(r)) })),
}

var words = []string{"crime", "Heat", "null", "true", "Yes", "007", "1_000", "0x1F", "~", "- dash", "a: b", "a #b",
	"{{x", "[", "@home", "`tick", "\"quoted\"", "it's", "back\\slash", "naïve", "日本", "😀", "& co", "*star", "!bang", "% per",
	"2026-12-31", "1e3", ".inf", "<<", "=", "two  spaces", "line\nbreak", "tab\there", "\u2028", "\ufeff", "ß", "İ"}

func genText(label string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		s := rapid.OneOf(rapid.SampledFrom(words), rapid.StringMatching(`[ -~]{1,12}`), rapid.String()).Draw(t, label)
		s = strings.Map(func(r rune) rune {
			if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0xfffd {
				return -1
			}
			return r
		}, s)
		if FoldTitle(s) == "" {
			return "x"
		}
		return s
	})
}

func genName() *rapid.Generator[string] { return rapid.StringMatching(`[a-z][a-z0-9_-]{0,8}`) }

func genNumber() *rapid.Generator[float64] {
	return rapid.OneOf(rapid.Float64Range(0, 1e6), rapid.Map(rapid.IntRange(0, 5), func(i int) float64 { return float64(i) }))
}

func genJSON(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		kind := rapid.IntRange(0, 6).Draw(t, "kind")
		if depth == 0 && kind > 4 {
			kind = 0
		}
		switch kind {
		case 1:
			return rapid.Bool().Draw(t, "bool")
		case 2:
			return json.Number(rapid.SampledFrom([]string{"0", "-1", "1.50", "1e3", "12345678901234567890", "-0.0"}).Draw(t, "number"))
		case 3:
			return nil
		case 5:
			return rapid.SliceOfN(genJSON(depth-1), 0, 4).Draw(t, "list")
		case 6:
			m := map[string]any{}
			for _, k := range rapid.SliceOfN(genText("key"), 0, 4).Draw(t, "keys") {
				k = strings.ReplaceAll(k, "{{", "")
				m[k] = genJSON(depth-1).Draw(t, "member")
			}
			return m
		}
		return strings.ReplaceAll(genText("string").Draw(t, "string"), "{{", "(")
	})
}

func rawOf(t *rapid.T, v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// genSuite draws a suite that Parse must accept.
func genSuite(t *rapid.T) *Suite {
	s := &Suite{File: "dir/suite.yaml", Name: genText("name").Draw(t, "name"), Metrics: []MetricName{{Name: "ndcg@10"}}}
	s.Cluster = rapid.SampledFrom([]string{"", "embedded", "https://localhost:9200"}).Draw(t, "cluster")
	s.Search = Search{
		Index:      "films",
		TitleField: genText("title field").Draw(t, "title field"),
		Documents:  rapid.SampledFrom([]string{"", "dir/films.ndjson", "other/films.gz"}).Draw(t, "documents"),
		Retriever: rawOf(t, map[string]any{"standard": map[string]any{
			"query": map[string]any{"match": map[string]any{"plot": "{{query}}"}},
			"extra": genJSON(3).Draw(t, "extra"),
		}}),
	}
	names := rapid.SliceOfNDistinct(genName(), 0, 6, rapid.ID).Draw(t, "names")
	names = slices.DeleteFunc(names, func(n string) bool { return reservedNames[n] != "" })
	named := len(names) > 3
	if named {
		s.Search.Retrievers = []Retriever{{Name: names[3], Body: s.Search.Retriever}}
		s.Search.Retriever = nil
		s.Search.Requests = []Request{{Name: "app 1", Body: rawOf(t, map[string]any{"query": "{{query}}", "size": 7, "x": genJSON(2).Draw(t, "body")}), Size: 7}, {Name: "es+ql", ESQL: "FROM f\n| WHERE a == ?p"}}
		s.Search.Params = []Param{{Name: "p", Value: rawOf(t, genJSON(0).Draw(t, "param"))}}
		s.Prices = []Price{{Name: names[3], USD: genNumber().Draw(t, "usd"), Per: rapid.SampledFrom(Units[1:]).Draw(t, "per")}, {Name: "app 1", USD: 2, Per: PerHour, SearchesPerSecond: 0.5}}
		s.Compare = []Comparison{{System: "app 1", Versus: "es+ql"}}
		names = names[:3]
	}
	for i, name := range names {
		r := Reranker{Name: name, Field: genText("field").Draw(t, "field"), Window: rapid.IntRange(1, 200).Draw(t, "window")}
		if i == 0 {
			f := rapid.Float64Range(-10, 10).Draw(t, "min score")
			r.MinScore = &f
			r.InferenceID = ".rerank-v1-elasticsearch"
			r.Extra = map[string]json.RawMessage{"filter": rawOf(t, map[string]any{"term": map[string]any{"a": 1}})}
		}
		if named && i == 1 {
			r.Over = []string{s.Search.Retrievers[0].Name}
		}
		if rapid.Bool().Draw(t, "outside") {
			r.API, r.Field, r.InferenceID = genRerankAPI(t), "", ""
			delete(r.Extra, "chunk_rescorer")
		}
		s.Search.Rerankers = append(s.Search.Rerankers, r)
	}
	half, drop := 0.5, 0.02
	ms := float64(rapid.IntRange(1, 100_000).Draw(t, "ms"))
	one := FirstStage
	if named {
		one = s.Search.Retrievers[0].Name
	}
	s.Gates = []Gate{
		{Metric: "ndcg@10", System: one, Min: &half},
		{Metric: "ndcg@10", Versus: "baseline", MaxDrop: &drop, Confidence: 0.95},
		{Metric: "took_p95", Max: &ms},
		{Metric: "ndcg@10", Versus: FirstStage, MaxQueryDrop: &half, MaxQueries: new(rapid.IntRange(0, 9).Draw(t, "max queries")), Inconclusive: rapid.SampledFrom([]string{"", InconclusivePasses, InconclusiveFails}).Draw(t, "inconclusive")},
		{Metric: "ndcg@10", Versus: FirstStage, MaxQueryDrop: &half, MaxShare: &drop},
	}
	seen := map[string]bool{}
	for i := range rapid.IntRange(1, 6).Draw(t, "queries") {
		q := Query{Text: genText("query").Draw(t, "query"), ID: fmt.Sprintf("q%d", i)}
		if seen[FoldTitle(q.Text)] {
			continue
		}
		seen[FoldTitle(q.Text)] = true
		q.InferenceText = q.Text
		q.Tags = rapid.SliceOfNDistinct(genText("tag"), 0, 2, rapid.ID).Draw(t, "tags")
		titles := map[string]bool{}
		for j, title := range rapid.SliceOfN(genText("title"), 0, 5).Draw(t, "titles") {
			if titles[FoldTitle(title)] {
				continue
			}
			titles[FoldTitle(title)] = true
			judgment := Judgment{Title: title, Grade: genNumber().Draw(t, "grade")}
			if j == 1 {
				judgment.ID = genText("id").Draw(t, "id")
				judgment.Index = rapid.SampledFrom([]string{"", "films-2", "Films"}).Draw(t, "index")
			}
			q.Relevant = append(q.Relevant, judgment)
		}
		if i == 0 {
			q.InferenceText = genText("inference").Draw(t, "inference")
			if named {
				q.Params = []Param{{Name: "p", Value: rawOf(t, genJSON(0).Draw(t, "own param"))}}
			}
			q.Expect = []Expectation{{Title: "Heat", Within: 3}, {ID: "7", NotWithin: 3, System: one}, {Title: "Heat", Before: genText("before").Filter(func(s string) bool { return FoldTitle(s) != "heat" }).Draw(t, "before")}}
			q.Exclude = []Excluded{{Title: "never: judged"}, {Title: "Alien", ID: "never judged", Index: "films-2"}}
			q.Quarantine = &Quarantine{Until: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), Reason: genText("reason").Draw(t, "reason")}
		}
		s.Queries = append(s.Queries, q)
	}
	return s
}

func TestWriteReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := genSuite(t)
		var b bytes.Buffer
		if err := Write(&b, want); err != nil {
			t.Fatal(err)
		}
		got, err := Parse(want.File, b.Bytes(), Options{})
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		if diff := cmp.Diff(want, got, sameSuite); diff != "" {
			t.Fatalf("(-written +read)\n%s\n%s", diff, b.String())
		}
		for name, hash := range map[string]func(*Suite) string{
			"judgments": (*Suite).JudgmentsHash, "queries": (*Suite).QueriesHash, "search": (*Suite).SearchHash,
		} {
			if hash(want) != hash(got) {
				t.Fatalf("the hash of %s changed", name)
			}
		}
	})
}

// FuzzParse looks for input that makes the reader panic or hang, and for
// suites that do not survive being written.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/ok/*.yaml", "testdata/err/*.yaml"} {
		for _, path := range globFiles(f, pattern) {
			f.Add(path)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse("suite.yaml", data, Options{})
		if err != nil {
			if ps, ok := err.(Problems); !ok || len(ps) == 0 {
				t.Fatalf("the error is %T, want Problems", err)
			}
			return
		}
		var b bytes.Buffer
		if err := Write(&b, s); err != nil {
			t.Fatal(err)
		}
		again, err := Parse("suite.yaml", b.Bytes(), Options{})
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		if diff := cmp.Diff(s, again, sameSuite); diff != "" {
			t.Fatal(diff)
		}
	})
}

// genRerankAPI draws an API that takes all that a suite can say of one.
func genRerankAPI(t *rapid.T) *RerankAPI {
	a := &RerankAPI{
		API: APICompatible, URL: "https://rerank.example/v1/rerank", Model: rapid.StringMatching("[a-z/.-]{0,12}").Draw(t, "model"),
		KeyEnv: rapid.StringMatching("([A-Z][A-Z_0-9]{2,8})?").Draw(t, "key_env"), KeyHeader: rapid.SampledFrom([]string{"", "api-key"}).Draw(t, "key_header"),
		Fields:        rapid.SliceOfNDistinct(genText("api field"), 1, 3, func(f string) string { return f }).Draw(t, "fields"),
		MaxCharacters: rapid.IntRange(0, 9000).Draw(t, "max_characters"), Batch: rapid.IntRange(0, 100).Draw(t, "batch"),
		RequestsPerMinute: rapid.IntRange(0, 1000).Draw(t, "requests_per_minute"),
		Names:             RerankNames{Documents: rapid.SampledFrom([]string{"", "texts"}).Draw(t, "documents"), Score: rapid.SampledFrom([]string{"", "value"}).Draw(t, "score")},
	}
	if rapid.Bool().Draw(t, "instructed") {
		a.Instruction = genText("instruction").Draw(t, "instruction")
	}
	if rapid.Bool().Draw(t, "with parameters") {
		a.Parameters = json.RawMessage(`{"raw_scores":true,"n":[1,2.50]}`)
	}
	return a
}
