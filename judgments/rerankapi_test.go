package judgments

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestRerankAPIText(t *testing.T) {
	values := map[string]string{"title": "Heat", "plot": "A {{title}} thief", "blank": "  ", "empty": "", "umlaut": "äöü"}
	value := func(field string) (string, bool) {
		v, ok := values[field]
		return v, ok
	}
	for _, tt := range []struct {
		api  RerankAPI
		want string
		ok   bool
	}{
		{RerankAPI{Fields: []string{"plot"}}, "A {{title}} thief", true},
		{RerankAPI{Fields: []string{"title", "missing", "plot"}}, "Heat\nA {{title}} thief", true},
		// a value is never filled in again
		{RerankAPI{Fields: []string{"title", "plot"}, Template: "{{ title }}: {{plot}} {{"}, "Heat: A {{title}} thief {{", true},
		{RerankAPI{Fields: []string{"missing", "title"}, Template: "{{missing}}/{{title}}"}, "/Heat", true},
		{RerankAPI{Fields: []string{"missing"}, Template: "nothing but {{missing}}"}, "", false},
		{RerankAPI{Fields: []string{"missing", "empty"}}, "", false},
		{RerankAPI{Fields: []string{"blank"}}, "", false},
		{RerankAPI{Fields: []string{"umlaut"}, MaxCharacters: 2}, "äö", true},
		{RerankAPI{Fields: []string{"umlaut"}, MaxCharacters: 3}, "äöü", true},
	} {
		if got, ok := tt.api.Text(value); got != tt.want || ok != tt.ok {
			t.Errorf("%+v: %q, %t; want %q, %t", tt.api, got, ok, tt.want, tt.ok)
		}
	}
}

func TestOrigin(t *testing.T) {
	for address, want := range map[string]string{
		"https://api.cohere.com/v2/rerank": "https://api.cohere.com",
		"HTTPS://API.Cohere.com:443":       "https://api.cohere.com",
		"http://localhost:80/x":            "http://localhost",
		"http://localhost:443":             "http://localhost:443",
		"https://[::1]:8443/":              "https://[::1]:8443",
		"ftp://api.cohere.com":             "",
		"api.cohere.com":                   "",
		"https://:443":                     "",
	} {
		if got := Origin(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
	// what looks like another's is not that other's
	for _, address := range []string{"https://api.cohere.com@evil.example/", "https://api.cohere.com.evil.example", "https://api.cohere.com:444"} {
		if Origin(address) == "https://api.cohere.com" {
			t.Errorf("%s is taken for api.cohere.com", address)
		}
	}
}

// What a suite says of APIs comes back from Write, and is part of what the
// search's hash covers as far as it changes scores.
func TestRerankAPIsRoundTrip(t *testing.T) {
	s, err := Load("testdata/ok/rerank-apis.yaml", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, s); err != nil {
		t.Fatal(err)
	}
	again, err := Parse(s.File, b.Bytes(), Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	if diff := cmp.Diff(s.Search.Rerankers, again.Search.Rerankers, cmpopts.IgnoreTypes(Position{})); diff != "" {
		t.Error(diff)
	}
	if s.SearchHash() != again.SearchHash() {
		t.Error("another hash")
	}
	for name, change := range map[string]func(*RerankAPI){
		"url":        func(a *RerankAPI) { a.URL += "x" },
		"model":      func(a *RerankAPI) { a.Model += "x" },
		"template":   func(a *RerankAPI) { a.Template += "x" },
		"cut":        func(a *RerankAPI) { a.MaxCharacters++ },
		"parameters": func(a *RerankAPI) { a.Parameters = json.RawMessage(`{"x":1}`) },
	} {
		api := *again.Search.Rerankers[2].API
		change(&api)
		changed := *again
		changed.Search.Rerankers = append(changed.Search.Rerankers[:0:0], changed.Search.Rerankers...)
		changed.Search.Rerankers[2].API = &api
		if changed.SearchHash() == s.SearchHash() {
			t.Errorf("the hash does not cover %s", name)
		}
	}
}
