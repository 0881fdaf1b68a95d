package query

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
)

const fields = `{"properties":{
	"title":{"type":"text","fields":{"raw":{"type":"keyword"}}},"plot":{"type":"text","analyzer":"english"},
	"genre":{"type":"keyword"},"year":{"type":"integer"},"rating":{"type":"float"},"born":{"type":"date"},"colour":{"type":"boolean"},
	"hidden":{"type":"text","index":false},"stored":{"type":"keyword","index":false},
	"vector":{"type":"dense_vector","dims":2},"unset":{"type":"dense_vector"},"meaning":{"type":"semantic_text"}}}`

// embedWord knows two directions of meaning, and one text that it fails at.
func embedWord(text string) ([]float32, error) {
	switch text {
	case "up":
		return []float32{1, 0}, nil
	case "left":
		return []float32{0, 1}, nil
	case "broken":
		return nil, errors.New("model on fire")
	}
	return nil, nil
}

func testMapping(t testing.TB) *mapping.Mapping {
	t.Helper()
	n, err := jsontree.Parse([]byte(fields))
	if err != nil {
		t.Fatal(err)
	}
	m, err := mapping.Parse(n, mapping.Embedders{Default: "m", ByID: map[string]mapping.Embedder{"m": embedWord}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func parseText(m *mapping.Mapping, text string) (Query, error) {
	n, err := jsontree.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return Parse(m, []byte(text), n)
}

var exported = cmp.AllowUnexported(nearest{}, term{}, phrase{}, boolean{}, disMax{}, constant{}, boosted{}, ids{}, exists{}, terms{}, prefix{},
	longRange{}, doubleRange{}, termRange{}, matchAll{}, matchNone{})

func tt(word string) Query { return term{"title", word} }

func TestParse(t *testing.T) {
	m := testMapping(t)
	for _, c := range []struct {
		text string
		want Query
	}{
		{`{"match":{"title":"Love"}}`, tt("love")},
		{`{"knn":{"field":"vector","query_vector":[0,3],"k":5,"boost":2}}`, boosted{nearest{field: "vector", vector: []float32{0, 1}, k: 5}, 2}},
		{`{"knn":{"field":"vector","query_vector":[1,0],"num_candidates":7,"similarity":0.5,"filter":{"match_all":{}}}}`,
			nearest{field: "vector", vector: []float32{1, 0}, atMost: 7, least: 0.75, filter: []Query{matchAll{}}}},
		{`{"knn":{"field":"nope","query_vector":[1]}}`, matchNone{}},
		{`{"knn":{"field":"unset","query_vector":[1]}}`, matchNone{}},
		{`{"semantic":{"field":"meaning","query":"up","boost":3}}`, boosted{nearest{field: "meaning", vector: []float32{1, 0}, atLeast: 10}, 3}},
		{`{"match":{"meaning":"left"}}`, nearest{field: "meaning", vector: []float32{0, 1}, atLeast: 10}},
		{`{"semantic":{"field":"meaning","query":"without meaning"}}`, matchNone{}},
		{`{"semantic":{"field":"nope","query":"up"}}`, matchNone{}},
		{`{"match":{"title":"love war"}}`, boolean{should: []Query{tt("love"), tt("war")}}},
		{`{"match":{"title":{"query":"love war","operator":"AND","boost":2}}}`, boosted{boolean{must: []Query{tt("love"), tt("war")}}, 2}},
		{`{"match":{"title":{"query":"a b c","minimum_should_match":"-1"}}}`, boolean{should: []Query{tt("a"), tt("b"), tt("c")}, minShould: 2}},
		{`{"match":{"plot":"the"}}`, matchNone{}},
		{`{"match":{"nope":"x"}}`, matchNone{}},
		{`{"match":{"year":"7"}}`, longRange{"year", 7, 7}},
		{`{"match":{"stored":"x"}}`, constant{term{"stored", "x"}}},
		{`{"match":{"colour":true}}`, term{"colour", "true"}},
		{`{"multi_match":{"query":"love","fields":["title^2","genre","nope"]}}`, disMax{queries: []Query{boosted{tt("love"), 2}, term{"genre", "love"}}}},
		{`{"multi_match":{"query":"love","fields":["title"],"type":"most_fields"}}`, tt("love")},
		{`{"multi_match":{"query":"love","fields":["title","plot"],"type":"most_fields"}}`, disMax{queries: []Query{tt("love"), term{"plot", "love"}}, tie: 1}},
		{`{"match_phrase":{"plot":"end of the war"}}`, phrase{field: "plot", terms: []string{"end", "war"}, positions: []int32{0, 3}}},
		{`{"match_phrase":{"title":"war"}}`, tt("war")},
		{`{"term":{"year":{"value":7.5}}}`, matchNone{}},
		{`{"terms":{"genre":["a","b"],"boost":3}}`, boosted{terms{"genre", []string{"a", "b"}}, 3}},
		{`{"range":{"year":{"gt":1.5,"lte":3.5}}}`, longRange{"year", 2, 3}},
		{`{"range":{"year":{"gte":1.5,"lt":3.5}}}`, longRange{"year", 2, 3}},
		{`{"range":{"year":{"gt":1,"lt":3}}}`, longRange{"year", 2, 2}},
		{`{"range":{"year":{"gt":9999999999}}}`, matchNone{}},
		{`{"exists":{"field":"title"}}`, exists{[]string{"title"}}},
		{`{"bool":{}}`, matchAll{}},
		{`{"bool":{"must_not":{"match":{"title":"x"}}}}`, boolean{mustNot: []Query{tt("x")}, filter: []Query{matchAll{}}}},
		{`{"constant_score":{"filter":{"term":{"genre":"a"}},"boost":2}}`, boosted{constant{term{"genre", "a"}}, 2}},
	} {
		got, err := parseText(m, c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if diff := cmp.Diff(c.want, got, exported); diff != "" {
			t.Errorf("%s: %s", c.text, diff)
		}
	}
}

func TestQueryString(t *testing.T) {
	m := testMapping(t)
	should := func(qs ...Query) Query { return boolean{should: qs} }
	for _, c := range []struct {
		text, and string
		want      Query
	}{
		{`a b`, "", should(tt("a"), tt("b"))},
		{`a b`, "and", boolean{must: []Query{tt("a"), tt("b")}}},
		{`a AND b`, "", boolean{must: []Query{tt("a"), tt("b")}}},
		{`a OR b AND c`, "", boolean{must: []Query{tt("b"), tt("c")}, should: []Query{tt("a")}}},
		{`a OR b AND c`, "and", boolean{must: []Query{tt("b"), tt("c")}, should: []Query{tt("a")}}},
		{`a && b || c`, "", boolean{must: []Query{tt("a"), tt("b")}, should: []Query{tt("c")}}},
		{`+a -b !c NOT d e`, "", boolean{must: []Query{tt("a")}, mustNot: []Query{tt("b"), tt("c"), tt("d")}, should: []Query{tt("e")}}},
		{`-a`, "", boolean{mustNot: []Query{tt("a")}, filter: []Query{matchAll{}}}},
		{`(a b) c`, "", should(should(tt("a"), tt("b")), tt("c"))},
		{`a^2 "b c"^3`, "", should(boosted{tt("a"), 2}, boosted{phrase{field: "title", terms: []string{"b", "c"}, positions: []int32{0, 1}}, 3})},
		{`"b c"~4`, "", phrase{field: "title", terms: []string{"b", "c"}, positions: []int32{0, 1}, slop: 4}},
		{`genre:X y`, "", should(term{"genre", "X"}, tt("y"))},
		{`genre:(X OR Y)`, "", should(term{"genre", "X"}, term{"genre", "Y"})},
		{`plot:the AND a`, "", boolean{must: []Query{tt("a")}}},
		{`year:[1 TO 3} AND year:>1`, "", boolean{must: []Query{longRange{"year", 1, 2}, longRange{"year", 2, 1<<63 - 1}}}},
		{`ab* *:*`, "", should(prefix{"title", "ab"}, matchAll{})},
		{`_exists_:plot`, "", constant{exists{[]string{"plot"}}}},
		{`a\:b \(c\)`, "", should(tt("a:b"), tt("c"))},
		{`a - b`, "", should(tt("a"), tt("b"))},
		{`nope:a`, "", matchNone{}},
		{``, "", matchNone{}},
	} {
		spec := `{"query_string":{"default_field":"title","query":` + quote(c.text)
		if c.and != "" {
			spec += `,"default_operator":"` + c.and + `"`
		}
		got, err := parseText(m, spec+`}}`)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if diff := cmp.Diff(c.want, got, exported); diff != "" {
			t.Errorf("%s: %s", c.text, diff)
		}
	}
}

func TestSimpleQueryString(t *testing.T) {
	m := testMapping(t)
	all := matchAll{}
	for _, c := range []struct {
		text, and string
		want      Query
	}{
		{`a b`, "", boolean{should: []Query{tt("a"), tt("b")}}},
		{`a b`, "and", boolean{must: []Query{tt("a"), tt("b")}}},
		{`a + b | c`, "", boolean{should: []Query{boolean{must: []Query{tt("a"), tt("b")}}, tt("c")}}},
		{`a -b`, "", boolean{should: []Query{tt("a"), boolean{mustNot: []Query{tt("b")}, should: []Query{all}}}}},
		{`a - b`, "", boolean{should: []Query{tt("a"), tt("b")}}},
		{`--a`, "", tt("a")},
		{`(a b) + c`, "", boolean{must: []Query{boolean{should: []Query{tt("a"), tt("b")}}, tt("c")}}},
		{`(a`, "", tt("a")},
		{`a)`, "", tt("a")},
		{`"a b"~3`, "", phrase{field: "title", terms: []string{"a", "b"}, positions: []int32{0, 1}, slop: 3}},
		{`"a`, "", tt("a")},
		{`Ab*`, "", prefix{"title", "ab"}},
		{`a\+b`, "", boolean{should: []Query{tt("a"), tt("b")}}},
		{`| + -`, "", matchNone{}},
	} {
		spec := `{"simple_query_string":{"fields":["title"],"query":` + quote(c.text)
		if c.and != "" {
			spec += `,"default_operator":"` + c.and + `"`
		}
		got, err := parseText(m, spec+`}}`)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if diff := cmp.Diff(c.want, got, exported); diff != "" {
			t.Errorf("%s: %s", c.text, diff)
		}
	}
	if _, err := parseText(m, `{"simple_query_string":{"query":"a~ b","fields":["title"]}}`); err == nil || !strings.Contains(err.Error(), "fuzziness") {
		t.Errorf("fuzziness: %v", err)
	}
}

// Words that stand together are searched as one text in every field, which is
// not the same as each word in its best field.
func TestQueryStringOverFields(t *testing.T) {
	got, err := parseText(testMapping(t), `{"query_string":{"fields":["title","genre^2"],"query":"a b +c"}}`)
	if err != nil {
		t.Fatal(err)
	}
	want := boolean{
		should: []Query{disMax{queries: []Query{boolean{should: []Query{tt("a"), tt("b")}}, boosted{term{"genre", "a b"}, 2}}}},
		must:   []Query{disMax{queries: []Query{tt("c"), boosted{term{"genre", "c"}, 2}}}},
	}
	if diff := cmp.Diff(Query(want), got, exported); diff != "" {
		t.Error(diff)
	}
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func TestParseRefuses(t *testing.T) {
	m := testMapping(t)
	for _, c := range []struct {
		text, typ, want string
		shard           bool
	}{
		{`{"unknown":{}}`, "parsing_exception", "unknown query [unknown]", false},
		{`{"match":{"title":{"query":"x","fuzziness":"AUTO"}}}`, "parsing_exception", "releval's embedded engine does not support [fuzziness] of the query [match]", false},
		{`{"match":{"title":{"query":"x","unknown":1}}}`, "parsing_exception", "[match] query does not support [unknown]", false},
		{`{"multi_match":{"query":"x","type":"cross_fields"}}`, "parsing_exception", "type [cross_fields]", false},
		{`{"knn":{"field":"vector"}}`, "x_content_parse_exception", "Failed to build [knn] after last required field arrived", false},
		{`{"knn":{"field":"vector","query_vector":[1,0],"k":3,"num_candidates":2}}`, "x_content_parse_exception", "Failed to build [knn]", false},
		{`{"knn":{"query_vector":[1,0]}}`, "illegal_argument_exception", "Required [field]", false},
		{`{"knn":{"field":"vector","query_vector":[1,0],"query_vector_builder":{}}}`, "parsing_exception", "does not support [query_vector_builder] of the query [knn]", false},
		{`{"knn":{"field":"vector","query_vector":[1,0,0]}}`, "query_shard_exception", "different number of dimensions [3] than the document vectors [2]", true},
		{`{"knn":{"field":"vector","query_vector":[0,0]}}`, "query_shard_exception", "zero magnitude", true},
		{`{"knn":{"field":"title","query_vector":[0,0]}}`, "query_shard_exception", "only supported on [dense_vector] fields", true},
		{`{"match":{"vector":"x"}}`, "query_shard_exception", "Field [vector] of type [dense_vector] doesn't support term queries", true},
		{`{"range":{"vector":{"gt":1}}}`, "query_shard_exception", "does not support range queries", true},
		{`{"semantic":{"field":"meaning","query":"broken"}}`, "query_shard_exception", "Field [meaning] with inference ID [m] query inference error: model on fire", true},
		{`{"semantic":{"field":"title","query":"x"}}`, "query_shard_exception", "Field [title] of type [text] does not support semantic queries", true},
		{`{"match":{"title":"x","plot":"y"}}`, "parsing_exception", "multiple fields", false},
		{`{"match":{"year":"x"}}`, "query_shard_exception", `For input string: "x"`, true},
		{`{"match":{"hidden":"x"}}`, "query_shard_exception", "Cannot search on field [hidden]", true},
		{`{"match_phrase":{"title":{"query":"a a","slop":1}}}`, "query_shard_exception", "[slop] with a phrase that repeats a word", true},
		{`{"query_string":{"query":"wild*card"}}`, "query_shard_exception", "wildcards in a query string", true},
		{`{"query_string":{"query":"fuzzy~"}}`, "query_shard_exception", "fuzziness in a query string", true},
		{`{"query_string":{"query":"(a"}}`, "query_shard_exception", "Failed to parse query [(a]", true},
		{`{"bool":{"must":[{"unknown":{}}]}}`, "x_content_parse_exception", "[bool] failed to parse field [must]", false},
		{`{"match":{"title":{"query":"x","minimum_should_match":"many"}}}`, "illegal_argument_exception", "[minimum_should_match] [many]", false},
		{`{"match":{"title":{"query":"x","boost":-1}}}`, "illegal_argument_exception", "negative [boost]", false},
		{`{"range":{"year":{"from":1}}}`, "parsing_exception", "[range] query does not support [from]", false},
	} {
		_, err := parseText(m, c.text)
		var e *Error
		if !errors.As(err, &e) || e.Type != c.typ || e.Shard != c.shard || !strings.Contains(e.Reason, c.want) {
			t.Errorf("%s: %#v, want %s, %q, shard %v", c.text, err, c.typ, c.want, c.shard)
		}
	}
}

func TestMinShouldMatch(t *testing.T) {
	for _, c := range []struct {
		n    int
		spec string
		want int
	}{
		{4, "2", 2}, {4, "-1", 3}, {4, "75%", 3}, {4, "-25%", 3}, {3, "50%", 1}, {3, "-50%", 2}, {2, "9", 9}, {2, "-9", 0},
		{2, "2<75%", 2}, {4, "2<75%", 3}, {3, "2<-1 9<-3", 2}, {12, "2<-1 9<-3", 9}, {4, " 2 < 3 ", 3}, {0, "100%", 0},
	} {
		if got, err := minShouldMatch(c.n, c.spec); err != nil || got != c.want {
			t.Errorf("%q of %d: %d, %v; want %d", c.spec, c.n, got, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"match":{"title":"x"}}`, `{"bool":{"must":[{"term":{"genre":"a"}}],"minimum_should_match":"2<-25%"}}`,
		`{"multi_match":{"query":"a","fields":["t*^2"],"type":"phrase"}}`, `{"range":{"year":{"gte":"1e300"}}}`,
		`{"range":{"born":{"lt":"2001-02"}}}`, `{"terms":{"year":[1,"2"]}}`, `{"ids":{"values":[1]}}`, `{"dis_max":{"queries":{}}}`,
		`{"knn":{"field":"vector","query_vector":[1,"2"],"k":3,"num_candidates":5,"similarity":0.1,"filter":{"match_all":{}}}}`, `{"semantic":{"field":"meaning","query":"up"}}`,
		`{"match_phrase":{"title":{"query":"a b","slop":9999999999}}}`, `{"constant_score":{"filter":{"exists":{"field":"*"}}}}`,
	} {
		f.Add(s)
	}
	m := testMapping(f)
	f.Fuzz(func(t *testing.T, text string) {
		n, err := jsontree.Parse([]byte(text))
		if err != nil {
			return
		}
		q, err := Parse(m, []byte(text), n)
		if (q == nil) == (err == nil) {
			t.Fatalf("%q: query %v, error %v", text, q, err)
		}
		if _, err := new(Searcher).Search(t.Context(), nil, q, Options{Size: 1}); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzQueryString(f *testing.F) {
	for _, s := range []string{
		`a AND (b OR -c)`, `"a b"~2^3 +d`, `title:x year:[1 TO *}`, `a\`, `\u0041 ^2`, `((((`, `a:b:c`, `+ - !`, `* ** *:* a:*`, `~1 "`, `[a TO b`, `x^2^3~`, `NOT NOT`, `>5 year:>=`,
	} {
		f.Add(s, true)
	}
	m := testMapping(f)
	f.Fuzz(func(t *testing.T, text string, and bool) {
		spec := map[bool]string{true: "and", false: "or"}[and]
		for _, kind := range []string{"query_string", "simple_query_string"} {
			doc := `{"` + kind + `":{"fields":["title","plot","year"],"lenient":true,"default_operator":"` + spec + `","query":` + quote(text) + `}}`
			n, err := jsontree.Parse([]byte(doc))
			if err != nil {
				return
			}
			q, err := Parse(m, []byte(doc), n)
			if (q == nil) == (err == nil) {
				t.Fatalf("%s %q: query %v, error %v", kind, text, q, err)
			}
			var e *Error
			if err != nil && !errors.As(err, &e) {
				t.Fatalf("%s %q: %T", kind, text, err)
			}
		}
	})
}
