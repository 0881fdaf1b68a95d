package judgments

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestFields(t *testing.T) {
	d := Document{Source: json.RawMessage(`{"title":{"en":"Heat","de":["Hitze",null]},"cast":[{"name":"Pacino"},{"name":"De Niro"}],"a.b":1,"none":null,"empty":[]}`)}
	var got []string
	d.Fields(func(name string, value json.RawMessage) { got = append(got, name+"="+string(value)) })
	want := []string{`title.en="Heat"`, `title.de="Hitze"`, `cast.name="Pacino"`, `cast.name="De Niro"`, "a.b=1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNearestFields(t *testing.T) {
	fields := []string{"genre", "plot", "title.de", "title.en", "year", "Name"}
	for missing, want := range map[string][]string{
		"title":  {"title.de", "title.en"},
		"name":   {"Name", "genre"},
		"plott":  {"plot", "year"},
		"a.plot": {"plot", "year"},
	} {
		if got := NearestFields(missing, fields, 2); !slices.Equal(got[:1], want[:1]) || len(got) != 2 || missing == "title" && !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", missing, got, want)
		}
	}
	if got := NearestFields("x", nil, 3); len(got) != 0 {
		t.Errorf("of no fields: %q", got)
	}
}
