package judgments

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
)

func collect(name, text string) ([]Document, error) {
	var docs []Document
	for d, err := range readDocuments(name, strings.NewReader(text)) {
		if err != nil {
			return docs, err
		}
		docs = append(docs, d)
	}
	return docs, nil
}

func TestDocuments(t *testing.T) {
	text := "\ufeff" + `{"_id":"a","title":"Heat","_ids":1}

 { "title" : "Ronin" , "_id" : 7 , "id":"x" }
{"id": 12, "n": 1.50, "deep": {"_id": [1, "}"]}}
{"_id":"\u0062"}` + "\r\n"
	want := []Document{
		{ID: "a", Source: json.RawMessage(`{"title":"Heat","_ids":1}`), Line: 1},
		{ID: "7", Source: json.RawMessage(`{"title":"Ronin","id":"x"}`), Line: 3},
		{ID: "12", Source: json.RawMessage(`{"id":12,"n":1.50,"deep":{"_id": [1, "}"]}}`), Line: 4},
		{ID: "b", Source: json.RawMessage(`{}`), Line: 5},
	}
	dir := t.TempDir()
	plain, packed := filepath.Join(dir, "films.ndjson"), filepath.Join(dir, "films.ndjson.gz")
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(plain, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(packed, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{plain, packed} {
		var got []Document
		for d, err := range Documents(path) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, d)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
		for range Documents(path) {
			break
		}
	}
}

// Each form gives the same two documents, whatever the file is compressed by and
// encoded as, and positions are those of the text.
func TestDocumentForms(t *testing.T) {
	const a, b = `{"title":"Heat","plot":"cops, \"robbers\""}`, `{"title":"Amélie","plot":"two\nlines"}`
	type doc struct {
		id, index, source string
		line              int
	}
	with := func(index string, first, second int) []doc {
		return []doc{{"a", index, a, first}, {"7", index, b, second}}
	}
	for _, c := range []struct {
		name, text string
		want       []doc
	}{
		{"lines", `{"_id":"a",` + a[1:] + "\r\n" + `{"_id":7,` + b[1:] + "\r\n", with("", 1, 2)},
		{"an array", "[\n  {\"_id\":\"a\"," + a[1:] + ",\n\n  {\"_id\":7," + b[1:] + "\n]\n", with("", 2, 4)},
		{"objects over lines", "{\n\"_id\":\"a\"," + a[1:] + "\n{\n\"_id\":7," + b[1:], with("", 1, 3)},
		{"bulk", `{"index":{"_index":"films","_id":"a"}}` + "\n" + a + "\n" + `{ "create" : {"_index":"films","_id":7}}` + "\n" + b + "\n", with("films", 2, 4)},
		{"a dump", `{"_index":"films","_type":"_doc","_id":"a","_score":1,"_source":` + a + "}\n" + `{"_index":"films","_id":"7","_source":` + b + "}\n", with("films", 1, 2)},
		{"an answer", `{"took":1,"hits":{"total":{"value":2},"hits":[{"_index":"films","_id":"a","_score":1.5,"_source":` + a + `},
			{"_index":"films","_id":"7","_score":null,"sort":[1],"_source":` + b + `}]},"aggregations":{"hits":{"hits":[1]}}}`, with("films", 1, 2)},
		{"two answers", `{"hits":{"hits":[{"_index":"films","_id":"a","_source":` + a + "}]}}\n" + `{"hits":{"hits":[{"_index":"films","_id":"7","_source":` + b + `}]}}`, with("films", 1, 2)},
		{"hits in an array", `[{"_index":"films","_id":"a","_source":` + a + "},\n" + `{"_index":"films","_id":"7","_source":` + b + `}]`, with("films", 1, 2)},
		{"commas", "_id,title,plot\na,Heat,\"cops, \"\"robbers\"\"\"\n7,Amélie,\"two\nlines\"\n", with("", 2, 3)},
		{"semicolons", "title;plot;_id;note\r\nHeat;\"cops, \"\"robbers\"\"\";a;\r\n\r\nAmélie;\"two\nlines\";7;\r\n", with("", 2, 4)},
		{"tabs", "_index\ttitle\tplot\t_id\nfilms\tHeat\tcops, \"robbers\"\ta\nfilms\tAmélie\t\"two\nlines\"\t7\n", with("films", 2, 3)},
	} {
		for encoding, data := range encodings(t, c.text) {
			var got []doc
			for d, err := range readDocuments("f", bytes.NewReader(data)) {
				if err != nil {
					t.Errorf("%s, %s: %v", c.name, encoding, err)
					break
				}
				got = append(got, doc{d.ID, d.Index, string(d.Source), d.Line})
				if d.Derived {
					t.Errorf("%s: the id of %s is said to be derived", c.name, d.ID)
				}
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(doc{})); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", c.name, encoding, diff)
			}
		}
	}
}

// encodings are a text as it may be stored.
func encodings(t *testing.T, text string) map[string][]byte {
	t.Helper()
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z, err := zstd.NewWriter(&packed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write([]byte(wide)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"UTF-8": []byte(text), "with a mark": []byte("\ufeff" + text), "UTF-16": []byte(wide), "UTF-16 in zstd": packed.Bytes()}
}

// A document without an id has the same one in every form, and whatever the
// order of its keys; another document has another.
func TestDerivedIDs(t *testing.T) {
	// printf '{"plot":"heist","title":"Heat"}' | sha256sum
	const want = "9c6af18c636dc5e193ad"
	for _, text := range []string{
		`{"title":"Heat","plot":"heist"}`,
		`[ {"plot" : "heist", "title":"Heat"} ]`,
		"{\"index\":{}}\n{\"title\":\"Heat\",\"plot\":\"heist\"}\n",
		"title,plot\nHeat,heist\n",
	} {
		docs, err := collect("f", text)
		if err != nil || len(docs) != 1 || docs[0].ID != want || !docs[0].Derived {
			t.Errorf("%s: %+v, %v; want the id %s", text, docs, err, want)
		}
	}
	docs, err := collect("f", "title\tplot\nHeat\theist\nHeat\tcops\n")
	if err != nil || len(docs) != 2 || docs[0].ID == docs[1].ID {
		t.Errorf("%+v, %v", docs, err)
	}
}

// cutOff is a gzip archive that ends after so many bytes of its text.
func cutOff(t *testing.T, text string, size int) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text[:size])); err != nil {
		t.Fatal(err)
	}
	if err := z.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestDocumentsRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"_id":"a"}` + "\n" + `{"_id":"b",}`, "f:2:11: not JSON: invalid character ','"},
		{`{"_id":"a"} {"_id":"b"}`, "f:1:13: not JSON: more after the value"},
		{`{"é": x}`, "f:1:7: not JSON: "},
		{`{"_id":"a"`, "not JSON: unexpected end"},
		{`[1]`, "f:1:2: a document must be a JSON object, not a number"},
		{"[\n  {\"é\": [1]},\n  {\"é\": x}\n]", "f:3:9: not JSON: invalid character 'x'"},
		{"[{\"id\":1},\n{\"id\":2}", "f:2:9: not JSON: unexpected end of the file"},
		{"[{\"id\":1},\n{\"id\":1}]", `f:2:1: the id "1" stands twice, first on line 1`},
		{`[{"id":1}] {`, "f:1:13: not JSON: unexpected end of the file"},
		{`[{"title":"` + strings.Repeat("x", maxDocumentBytes+sniffBytes), "f:1:2: the value that begins here is longer than 16 MiB"},
		{"[]", "f: the file holds no document"},
		{"\n \n", "f: the file holds no document"},
		{`{"title":"Heat"}` + "\n" + `{ "title": "Heat" }`, "f:2:1: the document is the same as that on line 1"},
		{`{"id":null}`, "the member id must be text or a whole number"},
		{`{"index":{"_id":"1"}}`, "f:1:1: the file ends after an action, without its document"},
		{`{"index":{}}` + "\n" + `{"a":1}` + "\n" + `{"a":1}`, "f:3:1: a bulk file has an action before each document"},
		{`{"delete":{"_id":"1"}}`, "f:1:1: the action delete changes a document that is not in the file"},
		{`{"index":{"_id":"1","pipeline":"p"}}`, "f:1:1: the action sends its document through a pipeline"},
		{`{"index":{"_id":"1"}}` + "\n" + `{"_id":"2"}`, `f:2:1: the action says that the id is "1" and the document that it is "2"`},
		{`{"_index":"a","_id":"1","_score":1}`, "f:1:1: a hit without _source"},
		{`{"hits":{"hits":[{"_index":"a","_id":"1","_score":1}]}}`, "f:1:18: a hit without _source"},
		{`{"movies":[{"title":"Heat"}]}`, `f:1:1: an object around a list, "movies", and not a document`},
		{`{"movies":{"mappings":{}}}`, "f:1:1: an index's mappings or settings"},
		{`{"took":1,"responses":[]}`, "f:1:1: the answer of a multi search"},
		{`{"error":{},"status":404}`, "f:1:1: the server's error"},
		{"title,plot\nHeat,a heist\nRonin\n", "f:3:1: the row has 1 columns, and the first row names 2"},
		{"title,plot\n\"Heat,a heist\n", "f:2:1: a quote is opened in this row and not closed"},
		{",title\n0,Heat\n", "f:1:1: column 1 has no name in the first row"},
		{"title,title\n0,Heat\n", "f:1:1: two columns are named \"title\""},
		{"Heat,1995\nRonin,1998\n", `f:1:1: the first row of a table must name its columns, and "1995" is no name`},
		{"id,title\n1,Heat\n1,Ronin\n", `f:3:1: the id "1" stands twice, first on line 2`},
		{"id,title\n1,Am\xe9lie\n", "f:2:1: not UTF-8; save the file in this encoding"},
		{"Heat is a film\nof 1995\n", "f:1:1: this looks like plain text"},
		{"PK\x03\x04\x14\x00", "f:1:1: this is a zip archive, or a spreadsheet"},
		{"PAR1\x15\x04", "this is a Parquet file"},
		{"<?xml version='1.0'?>", "this looks like XML"},
		{"---\n- title: Heat\n", "this looks like YAML"},
		{"a\x01\x00\x00b,c", "this is not text"},
		{`{"_id":null}`, "must be text or a whole number"},
		{`{"_id":1.5}`, "must be text or a whole number"},
		{`{"_id":""}`, "is empty"},
		{`{"_id":"a","_id":"b"}`, "stands twice"},
		{`{"_id":"1"}` + "\n\n" + `{"id":1}`, `f:3:1: the id "1" stands twice, first on line 1`},
		{`{"_id":"` + strings.Repeat("x", 513) + `"}`, "at most 512"},
		{"{\"_id\":\"\xff\"}", "not UTF-8"},
		{`{"_id":"a"}` + "\n" + `{"_id":"` + strings.Repeat("x", maxDocumentBytes), "f:2:1: the line is longer than 16 MiB"},
		{"\x1f\x8bx", "f: damaged gzip: unexpected EOF"},
		{cutOff(t, `{"_id":"1"}`+"\n"+`{"_id":"2","title":"Heat"}`, 20), "f: after line 1: unexpected EOF"},
	} {
		_, err := collect("f", c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q: %v, want %q", c.text, err, c.want)
		}
	}
	for _, err := range Documents(filepath.Join(t.TempDir(), "none")) {
		if err == nil || !strings.Contains(err.Error(), "no such file") {
			t.Errorf("%v", err)
		}
	}
}

func FuzzDocuments(f *testing.F) {
	f.Add([]byte(`{"_id":"a","title":"Heat","n":[1,{"x":"]"}]}`))
	f.Add([]byte("{\"id\":1}\n{ \"a\" : null , \"_id\" : \"\\\"\" }"))
	f.Add([]byte("[{\"id\":1},\n{\"_index\":\"x\",\"_source\":{}}]"))
	f.Add([]byte("{\"hits\":{\"hits\":[{\"_id\":\"1\",\"_source\":{\"a\":1}}]}}"))
	f.Add([]byte("{\"index\":{\"_id\":\"1\"}}\n{\"a\":[{}]}\n"))
	f.Add([]byte("_id;a\n1;\"x\n\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for d, err := range readDocuments("f", bytes.NewReader(data)) {
			if err != nil {
				return
			}
			if d.ID == "" || !json.Valid(d.Source) {
				t.Fatalf("id %q, source %s", d.ID, d.Source)
			}
			var m map[string]json.RawMessage
			if err := json.Unmarshal(d.Source, &m); err != nil {
				t.Fatal(err)
			}
			// A key that only decodes to "_id" is not taken for it.
			if strings.Contains(string(d.Source), `"_id":`) && !strings.Contains(string(d.Source), `{`) {
				t.Fatalf("_id is left in %s", d.Source)
			}
		}
	})
}
