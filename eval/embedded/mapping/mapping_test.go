package mapping

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/releval/releval/eval/embedded/index"
	"github.com/releval/releval/eval/embedded/jsontree"
)

func parseJSON(t testing.TB, text string) jsontree.Node {
	t.Helper()
	n, err := jsontree.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// testModels are one that makes a vector of a text's first letter and length.
func testModels() Embedders {
	return Embedders{Default: "m", ByID: map[string]Embedder{"m": func(text string) ([]float32, error) {
		if text == "" {
			return nil, nil
		}
		return []float32{float32(text[0]), float32(len(text))}, nil
	}}}
}

func mustParse(t testing.TB, text string) *Mapping {
	t.Helper()
	m, err := Parse(parseJSON(t, text), testModels())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// render gives the JSON of a mapping.
func render(t testing.TB, m *Mapping) string {
	t.Helper()
	data, err := json.Marshal(m.Render())
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestParseRendersBack(t *testing.T) {
	for _, text := range []string{
		`{}`,
		`{"dynamic":"strict","properties":{"a":{"type":"text"}}}`,
		`{"properties":{"a":{"analyzer":"english","fields":{"k":{"ignore_above":5,"type":"keyword"}},"type":"text"}}}`,
		`{"properties":{"a":{"analyzer":"english","search_analyzer":"standard","type":"text"}}}`,
		`{"properties":{"d":{"format":"yyyy","type":"date"},"k":{"doc_values":false,"index":false,"type":"keyword"},"o":{"properties":{"n":{"type":"short"}}}}}`,
		`{"date_detection":false}`,
	} {
		if got := render(t, mustParse(t, text)); got != text {
			t.Errorf("%s renders as %s", text, got)
		}
	}
	if got := render(t, mustParse(t, `{"properties":{"o.n":{"type":"long"}}}`)); got != `{"properties":{"o":{"properties":{"n":{"type":"long"}}}}}` {
		t.Errorf("a dotted name renders as %s", got)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`[]`, "mappings must be an object"},
		{`{"runtime":{}}`, "unsupported parameters:  [runtime]"},
		{`{"properties":{"a":{"type":"geo_point"}}}`, "mapper type [geo_point] declared on field [a] does not exist"},
		{`{"properties":{"a":{}}}`, "No type specified for field [a]"},
		{`{"properties":{"a":{"type":"text","copy_to":"b"}}}`, "unknown parameter [copy_to] on mapper [a] of type [text]"},
		{`{"properties":{"a":{"type":"text","analyzer":"french"}}}`, "analyzer [french] has not been configured"},
		{`{"properties":{"a":{"type":"text","norms":false}}}`, "remove [norms] of field [a]"},
		{`{"properties":{"a":{"type":"date","format":"week_date"}}}`, "Invalid format: [week_date]"},
		{`{"properties":{"a":{"type":"keyword","ignore_above":-1}}}`, "[ignore_above] must be positive"},
		{`{"_source":{"enabled":false}}`, "keeps every _source"},
		{`{"dynamic":"maybe"}`, "must be true, false or strict"},
	} {
		_, err := Parse(parseJSON(t, tt.text), testModels())
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.text, err, tt.want)
		}
	}
}

func TestDocument(t *testing.T) {
	m := mustParse(t, `{"properties":{
		"title":{"type":"text","fields":{"raw":{"type":"keyword","ignore_above":3}}},
		"n":{"type":"integer"},"f":{"type":"float"},"d":{"type":"date"},"b":{"type":"boolean"},
		"o":{"properties":{"k":{"type":"keyword"}}}}}`)
	src := `{"title":["abc","abcd"],"n":["7",8.9],"f":1.1,"d":"1970-01-02","b":"true","o":[{"k":"x"},{"k":5}],"o.k":"z"}`
	fields, next, err := m.Document("1", []byte(src), parseJSON(t, src))
	if err != nil {
		t.Fatal(err)
	}
	if next != m {
		t.Error("a document without new fields made a new mapping")
	}
	got := map[string]index.Values{}
	for _, v := range fields {
		v.Analyzer = nil
		got[v.Field] = v
	}
	want := map[string]index.Values{
		"title":     {Field: "title", Kind: index.Text, Strings: []string{"abc", "abcd"}},
		"title.raw": {Field: "title.raw", Kind: index.Keyword, Strings: []string{"abc"}},
		"n":         {Field: "n", Kind: index.Long, Longs: []int64{7, 8}},
		"f":         {Field: "f", Kind: index.Double, Doubles: []float64{float64(float32(1.1))}},
		"d":         {Field: "d", Kind: index.Long, Longs: []int64{86_400_000}},
		"b":         {Field: "b", Kind: index.Keyword, Strings: []string{"true"}},
		"o.k":       {Field: "o.k", Kind: index.Keyword, Strings: []string{"x", "5", "z"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDynamicMapping(t *testing.T) {
	m := New()
	src := `{"s":"text","l":5,"f":1.5,"b":true,"d":"2001-02-03","e":"2001/02/03","o":{"k":[null,"x"]},"none":null,"empty":[],"year":"1999"}`
	_, next, err := m.Document("1", []byte(src), parseJSON(t, src))
	if err != nil {
		t.Fatal(err)
	}
	text := `{"fields":{"keyword":{"ignore_above":256,"type":"keyword"}},"type":"text"}`
	want := `{"properties":{"b":{"type":"boolean"},"d":{"type":"date"},` +
		`"e":{"format":"yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis","type":"date"},"f":{"type":"float"},"l":{"type":"long"},` +
		`"o":{"properties":{"k":` + text + `}},"s":` + text + `,"year":` + text + `}}`
	if got := render(t, next); got != want {
		t.Errorf("mapping\n%s, want\n%s", got, want)
	}
	if got := render(t, m); got != `{}` {
		t.Errorf("the old mapping became %s", got)
	}
	if f := next.Field("o.k.keyword"); f == nil || f.IgnoreAbove != 256 {
		t.Errorf("o.k.keyword is %v", f)
	}
}

func TestDocumentRefuses(t *testing.T) {
	m := mustParse(t, `{"properties":{"n":{"type":"byte"},"t":{"type":"text"},"d":{"type":"date"},"b":{"type":"boolean"},
		"o":{"dynamic":"strict","properties":{"k":{"type":"keyword"}}},"off":{"dynamic":"false","properties":{}}}}`)
	for _, tt := range []struct{ src, want string }{
		{`[]`, "a document must be an object"},
		{`{"n":"x"}`, `failed to parse field [n] of type [byte] in document with id '1'. Preview of field's value: 'x': For input string: "x"`},
		{`{"n":128}`, "Value [128] is out of range for a byte"},
		{`{"t":{"x":1}}`, "Expected text at 1:6 but found START_OBJECT"},
		{`{"d":"soon"}`, "failed to parse date field [soon]"},
		{`{"b":"yes"}`, "Failed to parse value [yes] as only [true] or [false] are allowed."},
		{`{"o":3}`, "object mapping for [o] tried to parse field [o] as object, but found a concrete value"},
		{`{"o":{"x":1}}`, "dynamic introduction of [x] within [o] is not allowed"},
		{`{"":1}`, "empty"},
		{`{"o":{"k":"` + strings.Repeat("x", maxTerm+1) + `"}}`, "immense term"},
	} {
		_, _, err := m.Document("1", []byte(tt.src), parseJSON(t, tt.src))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.60s: %v, want %q", tt.src, err, tt.want)
		}
	}
	if _, next, err := m.Document("1", nil, parseJSON(t, `{"off":{"x":1}}`)); err != nil || next != m {
		t.Errorf("dynamic false: %v", err)
	}
}

func TestDates(t *testing.T) {
	f := newField("d", "date")
	for _, tt := range []struct {
		text string
		up   bool
		want int64
	}{
		{"1970-01-01", false, 0},
		{"1970-01-01", true, 86_400_000 - 1},
		{"1970", true, 86_400_000 - 1}, // the first day: only the time of day is filled up
		{"1970-01-01T01", true, 2*3_600_000 - 1},
		{"1970-01-01T00:00:01.5Z", false, 1500},
		{"1970-01-01T01:00:00+01:00", false, 0},
		{"12345", false, 12345},
	} {
		got, err := f.Long(tt.text, tt.up)
		if err != nil || got != tt.want {
			t.Errorf("%s, up %v: %d, %v; want %d", tt.text, tt.up, got, err, tt.want)
		}
	}
	if got := f.FormatDate(1500); got != "1970-01-01T00:00:01.500Z" {
		t.Errorf("FormatDate gives %s", got)
	}
}

func TestWildcard(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"a", "a", true}, {"a", "ab", false}, {"a*", "ab", true}, {"*b", "ab", true}, {"a*b*c", "aXbYc", true},
		{"a*a", "a", false}, {"*", "", true}, {"a*b*c", "acb", false}, {"a*bc*c", "abcc", true}, {"*.x", "o.x", true},
	} {
		if got := Wildcard(tt.pattern, tt.name); got != tt.want {
			t.Errorf("Wildcard(%q, %q) = %v", tt.pattern, tt.name, got)
		}
	}
}

func FuzzDocument(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `{"a.b":1,"a":{"b":[2,{"c":3}]}}`, `{"a":"2001-01-01"}`, `{"a.":1}`, `{"t":{"x":1}}`, `{"a":{"b":1},"a.b.c":2}`, `{".":[[[1]]]}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		n, err := jsontree.Parse([]byte(src))
		if err != nil {
			return
		}
		m := New()
		for range 2 { // the second time by the mapping that the first has made
			_, next, err := m.Document("1", []byte(src), n)
			if err != nil {
				return
			}
			m = next
		}
		data, err := json.Marshal(m.Render())
		if err != nil {
			t.Fatal(err)
		}
		back, err := jsontree.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(back, Embedders{}); err != nil {
			t.Fatalf("the mapping of %q cannot be read back: %v\n%s", src, err, data)
		}
	})
}
