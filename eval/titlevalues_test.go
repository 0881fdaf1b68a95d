package eval

import (
	"slices"
	"testing"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/judgments"
)

// A judgment of any value of a title is credited, each once, and a value that has
// a line end stays one value.
func TestTitleOfSeveralValues(t *testing.T) {
	hit := func(id string, values ...string) cluster.Hit {
		return cluster.Hit{ID: id, Fields: []cluster.Field{{Name: "title", Values: values}}}
	}
	r := NewResult(cluster.Response{Hits: []cluster.Hit{
		hit("1", "Alt Heat", "Heat"), hit("2", "HEAT"), hit("3", "Two\nLines", "Other"), hit("4", "Ronin\nUncut"), hit("5", "Ronin"),
	}}, "title", false, Order{})
	q := Query{Judgments: []judgments.Judgment{{Title: "Heat", Grade: 1}, {Title: "two lines", Grade: 2}, {Title: "Ronin", Grade: 3}}}
	if got, want := q.Matches(r.Hits), []int{0, -1, 1, -1, 2}; !slices.Equal(got, want) {
		t.Errorf("matches %v, want %v", got, want)
	}
	for i, want := range []bool{true, true, false, false, false} {
		if got := r.Hits[i].HasTitle("heat"); got != want {
			t.Errorf("hit %d has the title: %v", i+1, got)
		}
	}
	byID := NewResult(cluster.Response{Hits: []cluster.Hit{hit("1", "Heat")}}, "_id", false, Order{})
	if byID.Hits[0].Title != "1" || len(byID.Warnings) > 0 {
		t.Errorf("by _id: %+v", byID.Hits[0].Document)
	}
}
