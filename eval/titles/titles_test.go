package titles

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/judgments"
)

// index answers searches for the documents that it holds, as a server does
// but for scores. Its phrases are words in any place of the title.
type index struct {
	documents []Document
	fields    map[string]string // types by name
	years     map[string]string // by id
	keyword   bool
	requests  int
	opened    int
	window    int // the largest size; 0 for any
}

func (x *index) FieldCaps(_ context.Context, _ string, fields ...string) (cluster.FieldCaps, error) {
	caps := cluster.FieldCaps{Fields: make(map[string][]cluster.FieldType)}
	if slices.Contains(fields, "*") {
		for name, kind := range x.fields {
			caps.Fields[name] = []cluster.FieldType{{Type: kind, Searchable: true}}
		}
	}
	caps.Fields["title"] = []cluster.FieldType{{Type: "text", Searchable: true}}
	if x.keyword {
		caps.Fields["title.raw"] = []cluster.FieldType{{Type: "keyword", Searchable: true}}
	}
	return caps, nil
}

func (x *index) OpenPIT(context.Context, string, time.Duration) (cluster.PIT, error) {
	x.opened++
	return cluster.PIT{ID: "pit"}, nil
}

func (x *index) ClosePIT(context.Context, string) error { x.opened--; return nil }

func (x *index) Search(_ context.Context, body []byte, _ cluster.SearchOptions) (cluster.Response, error) {
	x.requests++
	var b struct {
		Size  int
		Slice *struct{ ID, Max int }
		Query struct {
			MatchAll *struct{} `json:"match_all"`
			Terms    map[string][]string
			IDs      *struct{ Values []string }
			Bool     struct {
				Should []struct {
					MatchPhrase map[string]string `json:"match_phrase"`
				}
			}
		}
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return cluster.Response{}, err
	}
	if n := len(b.Query.Bool.Should); n > 1024 {
		return cluster.Response{}, &cluster.Error{Kind: cluster.KindInvalidRequest, What: "too many clauses"}
	}
	if x.window > 0 && b.Size > x.window {
		return cluster.Response{}, &cluster.Error{Kind: cluster.KindInvalidRequest, What: "too large", MaxWindow: x.window}
	}
	r := cluster.Response{}
	for i, d := range x.documents {
		hit := b.Query.MatchAll != nil && (b.Slice == nil || i%b.Slice.Max == b.Slice.ID) ||
			slices.Contains(b.Query.Terms["title.raw"], d.Title) ||
			b.Query.IDs != nil && slices.Contains(b.Query.IDs.Values, d.ID)
		for _, s := range b.Query.Bool.Should {
			hit = hit || strings.Contains(" "+strings.ToLower(d.Title)+" ", " "+strings.ToLower(s.MatchPhrase["title"])+" ")
		}
		if !hit {
			continue
		}
		r.Total++
		if len(r.Hits) < b.Size {
			h := cluster.Hit{ID: d.ID, Fields: []cluster.Field{{Name: "title", Values: []string{d.Title}}}}
			if y := x.years[d.ID]; y != "" {
				h.Fields = append(h.Fields, cluster.Field{Name: "year", Values: []string{y}}, cluster.Field{Name: "code", Values: []string{"x"}})
			}
			r.Hits = append(r.Hits, h)
		}
	}
	return r, nil
}

var place = Place{Index: "i", Field: "title"}

func films(titles ...string) []Document {
	var all []Document
	for i, t := range titles {
		all = append(all, Document{ID: fmt.Sprint(i), Title: t})
	}
	return all
}

func TestFind(t *testing.T) {
	for _, keyword := range []bool{true, false} {
		x := &index{documents: films("Alien", "ALIEN", "Aliens", "It", "The Alien Thing", "it  follows"), keyword: keyword}
		found, err := Find(t.Context(), x, place, []string{"alien", "It Follows", "Gone", "It"}, []string{"2", "99"})
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[string]int)
		for folded, list := range found.Documents {
			got[folded] = len(list)
		}
		if diff := cmp.Diff(map[string]int{"alien": 2, "it": 1, "it follows": 1}, got); diff != "" {
			t.Errorf("keyword %t: %s", keyword, diff)
		}
		if len(found.IDs) != 1 || found.IDs["2"].Title != "Aliens" || len(found.All) != 6 {
			t.Errorf("keyword %t: ids %v, all %v", keyword, found.IDs, found.All)
		}
	}
}

// TestFindOtherSpellings wants every document that a title stands for, however
// it writes the title: a ranking credits whichever comes first. The index is
// large, so that it is not read whole.
func TestFindOtherSpellings(t *testing.T) {
	for _, keyword := range []bool{true, false} {
		x := &index{documents: films("Heat", "HEAT", "Heat Wave", "heat wave"), keyword: keyword}
		for i := range 2 * resolveSize {
			x.documents = append(x.documents, Document{ID: fmt.Sprint("x", i), Title: "Another Heat"})
		}
		found, err := Find(t.Context(), x, place, []string{"Heat", "heat wave"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		// The fake server does not score, so that only the first documents of
		// a title that is a word of many others are certain.
		if a, b := len(found.Documents["heat"]), len(found.Documents["heat wave"]); a != 2 || b != 2 || found.All != nil {
			t.Errorf("keyword %t: %d and %d documents, want 2 and 2", keyword, a, b)
		}
	}
}

// An index may give fewer hits than 10,000 at a time: then as many are asked for,
// and nothing is missed for it.
func TestFindInSmallWindows(t *testing.T) {
	for _, keyword := range []bool{true, false} {
		var titles, ids []string
		for i := range 90 {
			titles, ids = append(titles, fmt.Sprint("Part ", i)), append(ids, fmt.Sprint(i))
		}
		x := &index{documents: films(titles...), keyword: keyword, window: 7}
		found, err := Find(t.Context(), x, place, titles, append(ids, "99"))
		if err != nil {
			t.Fatal(err)
		}
		if len(found.Documents) != 90 || len(found.IDs) != 90 || x.opened != 0 {
			t.Errorf("keyword %t: %d titles and %d ids of 90, %d points in time left open", keyword, len(found.Documents), len(found.IDs), x.opened)
		}
		among, err := Among(t.Context(), x, place, ids, []byte(`{"match_all":{}}`))
		if err != nil {
			t.Fatal(err)
		}
		all, err := All(t.Context(), x, place, 90)
		if err != nil || len(all) != 90 {
			t.Errorf("keyword %t: read %d of 90 documents whole, %d among all: %v", keyword, len(all), len(among), err)
		}
	}
}

// TestFindManyHits asks for titles that more documents have than one answer
// holds, so that the batch has to be split.
func TestFindManyHits(t *testing.T) {
	x := &index{keyword: true}
	for i := range 15_000 {
		x.documents = append(x.documents, Document{ID: fmt.Sprint(i), Title: []string{"A", "B", "C"}[i%3]})
	}
	found, err := Find(t.Context(), x, place, []string{"A", "B", "C"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, folded := range []string{"a", "b", "c"} {
		if n := len(found.Documents[folded]); n != 5000 {
			t.Errorf("%s: %d documents, want 5000", folded, n)
		}
	}
}

// TestFindBatches wants few requests for many titles.
func TestFindBatches(t *testing.T) {
	x := &index{keyword: true}
	var names []string
	for i := range 10_000 {
		names = append(names, fmt.Sprintf("Film number %d", i))
	}
	x.documents = films(names...)
	found, err := Find(t.Context(), x, place, names, nil)
	if err != nil || len(found.Documents) != len(names) || x.requests > 10 {
		t.Errorf("%d titles in %d requests, %v", len(found.Documents), x.requests, err)
	}
}

func TestAll(t *testing.T) {
	for _, n := range []int{3, 9_999, 10_000, 25_000} {
		x := &index{}
		for i := range n {
			x.documents = append(x.documents, Document{ID: fmt.Sprint(i), Title: "t"})
		}
		all, err := All(t.Context(), x, place, n)
		if err != nil || len(all) != n || x.opened != 0 {
			t.Errorf("%d of %d documents, %d points in time open, %v", len(all), n, x.opened, err)
		}
	}
}

func TestDistinguish(t *testing.T) {
	x := &index{
		documents: films("Heat", "Heat", "Dune", "Dune"),
		years:     map[string]string{"0": "1986", "1": "1995", "2": "1984", "3": "2021"},
		fields:    map[string]string{"year": "integer", "code": "keyword", "plot": "text"},
	}
	d, err := Distinguish(t.Context(), x, place, [][]Document{x.documents[:2], x.documents[2:]})
	if err != nil || d.Field != "year" || d.Value(x.documents[1]) != "1995" {
		t.Errorf("%+v, %v", d, err)
	}
	x.years = nil
	if d, err := Distinguish(t.Context(), x, place, [][]Document{x.documents[:2]}); err != nil || d.Field != "" {
		t.Errorf("%+v, %v, want no field", d, err)
	}
}

func TestLoose(t *testing.T) {
	for _, c := range [][2]string{
		{"Amélie", "amelie"}, {"WALL·E", "wall-e"}, {"The Shining", "Shining, The"}, {"Ocean's Eleven", "Ocean’s  Eleven!"},
		{"Tom & Jerry", "Tom and Jerry"}, {"Œdipus", "Oedipus"}, {"Straße", "STRASSE"}, {"İstanbul", "Istanbul"}, {"Ｆｕｌｌ", "Full"}, {"𐞃", "ae"}, {"Ϲ", "σ"},
	} {
		if Loose(c[0]) != Loose(c[1]) {
			t.Errorf("%q is %q, and %q is %q", c[0], Loose(c[0]), c[1], Loose(c[1]))
		}
	}
	for _, c := range [][2]string{{"Alien", "Aliens"}, {"???", "!!!"}, {"Chain Saw", "Chainsaw"}, {"Rocky", "Rocky II"}} {
		if Loose(c[0]) == Loose(c[1]) {
			t.Errorf("%q and %q are the same", c[0], c[1])
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "title")
		if once := Loose(s); Loose(once) != once && once != judgments.FoldTitle(s) {
			t.Fatalf("%q becomes %q, and that %q", s, once, Loose(once))
		}
	})
}

func TestNearest(t *testing.T) {
	c := NewCatalogue(films("The Godfather Part II", "The Godfather Part III", "Fight Club: Anniversary Edition", "Amelie",
		"The Texas Chain Saw Massacre", "Club", "A Few Good Men", "", "The"))
	for _, q := range []struct {
		title string
		want  []string
	}{
		{"Amélie", []string{"0 Amelie"}},
		{"The Godfather Part I1", []string{"4 The Godfather Part II", "4 The Godfather Part III"}},
		{"The Godfather Part IV", []string{"4 The Godfather Part II", "4 The Godfather Part III"}},
		{"Godfather Part II", []string{"1 The Godfather Part II", "4 The Godfather Part III"}},
		{"Fight Club", []string{"2 Fight Club: Anniversary Edition", "3 Club"}},
		{"The Texas Chainsaw Massacre", []string{"1 The Texas Chain Saw Massacre"}},
		{"A Few Bad Men", []string{"1 A Few Good Men"}},
		{"Nothing Like It", nil},
	} {
		var got []string
		for _, n := range c.Nearest(q.title, 5) {
			got = append(got, fmt.Sprintf("%d %s", n.Nearness, n.Title))
		}
		if diff := cmp.Diff(q.want, got); diff != "" {
			t.Errorf("%q: %s", q.title, diff)
		}
	}
	if n := len(c.Nearest("Godfather Part II", 1)); n != 1 {
		t.Errorf("%d titles, want 1", n)
	}
}
