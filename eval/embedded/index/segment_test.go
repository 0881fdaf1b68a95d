package index

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/releval/releval/eval/embedded/analysis"
)

// document has values of every kind, made of few words so that postings meet.
func document(t *rapid.T, id string) *Document {
	word := rapid.SampledFrom([]string{"a", "b", "c", "dd"})
	values := func(name string) []string { return rapid.SliceOfN(word, 0, 3).Draw(t, name) }
	d := &Document{ID: id, Version: rapid.Int64().Draw(t, "version")}
	if rapid.Bool().Draw(t, "has text") {
		text := rapid.SliceOfN(rapid.Map(rapid.SliceOfN(word, 0, 6), func(w []string) string { return strings.Join(w, " ") }), 1, 2).Draw(t, "text")
		d.Fields = append(d.Fields, Values{Field: "text", Kind: Text, Analyzer: analysis.Standard(), Strings: text})
	}
	if k := values("keywords"); len(k) > 0 {
		d.Fields = append(d.Fields, Values{Field: "keyword", Kind: Keyword, Strings: k})
	}
	if n := rapid.SliceOfN(rapid.Int64Range(0, 3), 0, 3).Draw(t, "longs"); len(n) > 0 {
		d.Fields = append(d.Fields, Values{Field: "long", Kind: Long, Longs: n})
	}
	if n := rapid.SliceOfN(rapid.Float64Range(0, 1), 0, 2).Draw(t, "doubles"); len(n) > 0 {
		d.Fields = append(d.Fields, Values{Field: "double", Kind: Double, Doubles: n})
	}
	if n := rapid.IntRange(0, 2).Draw(t, "vectors"); n > 0 {
		v := Values{Field: "vector", Kind: Vector}
		for range n {
			v.Vectors = append(v.Vectors, rapid.SliceOfN(rapid.Float32Range(1, 2), 3, 3).Draw(t, "vector"))
		}
		d.Fields = append(d.Fields, v)
	}
	return d
}

// dump lists everything that can be asked of a segment.
func dump(s *Segment) []string {
	var out []string
	if s == nil {
		return nil
	}
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for d := range s.Len() {
		doc := s.Document(int32(d))
		at, ok := s.ByID(doc.ID)
		add("%d %s %d %d %v", d, doc.ID, doc.Version, at, ok)
	}
	for _, name := range sortedTerms(s.fields) {
		f := s.Field(name)
		add("%s kind %d docs %d terms %d present %v norms %v", name, f.Kind, f.DocCount, f.SumTermFreq, f.Present(), f.Norms)
		for i, term := range f.terms {
			p := f.Postings(term)
			add("%s %s %v %v", name, term, p.Docs, p.Freqs)
			if f.Kind == Text {
				for k := range f.postings(i).Docs {
					add("%v", p.Positions(k))
				}
			}
		}
		for i, d := range f.WithVectors() {
			add("%s of %d: %v", name, d, f.Vectors(i))
		}
		for d := range int32(s.Len()) {
			add("%v %v", f.Longs(d), f.Doubles(d))
		}
	}
	return out
}

// A segment that grew by many writes must be the same as one made at once of
// the documents that are left: deleted ones leave no trace.
func TestGrownSegmentEqualsFreshOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var grown *Segment
		var left []*Document
		for range rapid.IntRange(1, 5).Draw(t, "rounds") {
			var ops []Op
			for range rapid.IntRange(0, 6).Draw(t, "writes") {
				id := rapid.SampledFrom([]string{"1", "2", "3", "4", "5", "6", "7"}).Draw(t, "id")
				op := Op{ID: id}
				if rapid.IntRange(0, 3).Draw(t, "delete") > 0 {
					op.Document = document(t, id)
				}
				ops = append(ops, op)
				for i, d := range left {
					if d.ID == id {
						left = append(left[:i:i], left[i+1:]...)
						break
					}
				}
				if op.Document != nil {
					left = append(left, op.Document)
				}
			}
			before := dump(grown)
			next := grown.Apply(ops)
			if diff := cmp.Diff(before, dump(grown)); diff != "" {
				t.Fatalf("Apply changed its receiver: %s", diff)
			}
			grown = next
		}
		var ops []Op
		for _, d := range left {
			ops = append(ops, Op{ID: d.ID, Document: d})
		}
		if diff := cmp.Diff(dump((*Segment)(nil).Apply(ops)), dump(grown)); diff != "" {
			t.Fatalf("grown segment differs: %s", diff)
		}
	})
}

func TestValuesOfAnArrayAreApart(t *testing.T) {
	f := (*Segment)(nil).Apply([]Op{textDocument("a", "one two", "three")}).Field("t")
	for term, want := range map[string]int32{"one": 0, "two": 1, "three": 2 + valueGap} {
		if got := f.Postings(term).Positions(0); len(got) != 1 || got[0] != want {
			t.Errorf("%s at %v, want %d", term, got, want)
		}
	}
}

func TestPrefixedAndRange(t *testing.T) {
	f := (*Segment)(nil).Apply([]Op{textDocument("a", "ab abc b ba")}).Field("t")
	if n := len(f.Prefixed("ab")); n != 2 {
		t.Errorf("%d terms begin with ab, want 2", n)
	}
	from := func(term string) bool { return term >= "abc" }
	to := func(term string) bool { return term < "ba" }
	if n := len(f.Range(from, to)); n != 2 { // abc, b
		t.Errorf("%d terms in the range, want 2", n)
	}
}
