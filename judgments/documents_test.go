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
		{`[1]`, "f:1:1: a documents file has one JSON object a line"},
		{`{"title":"Heat"}`, "f:1:1: no id"},
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
