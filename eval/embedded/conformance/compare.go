package conformance

import (
	"encoding/json"
	"fmt"
	"math"
)

// tolerance is how far two scores may be apart, relative to the larger one.
const tolerance = 1e-5

// found is what is compared of an answer.
type found struct {
	Hits struct {
		Total    any      `json:"total"`
		MaxScore *float64 `json:"max_score"`
		Hits     []struct {
			ID    string   `json:"_id"`
			Score *float64 `json:"_score"`
			Sort  []any    `json:"sort"`
		} `json:"hits"`
	} `json:"hits"`
	Error json.RawMessage `json:"error"`
}

// failureOf is what is compared of an error.
type failureOf struct {
	Type      string `json:"type"`
	RootCause []struct {
		Type string `json:"type"`
	} `json:"root_cause"`
}

// Difference says in what two answers to a search differ; nil for nothing. ours
// is the engine's answer.
func Difference(ours, theirs Answer) error {
	if ours.Status != theirs.Status {
		return fmt.Errorf("status %d, want %d: %.300s, want %.300s", ours.Status, theirs.Status, ours.Body, theirs.Body)
	}
	var got, want found
	if err := json.Unmarshal(ours.Body, &got); err != nil {
		return fmt.Errorf("reading the engine's answer: %w", err)
	}
	if err := json.Unmarshal(theirs.Body, &want); err != nil {
		return fmt.Errorf("reading the server's answer: %w", err)
	}
	if ours.Status >= 300 {
		return differentErrors(got.Error, want.Error)
	}
	g, w := got.Hits, want.Hits
	if fmt.Sprint(g.Total) != fmt.Sprint(w.Total) {
		return fmt.Errorf("total %v, want %v", g.Total, w.Total)
	}
	if !near(g.MaxScore, w.MaxScore) {
		return fmt.Errorf("max_score %v, want %v", show(g.MaxScore), show(w.MaxScore))
	}
	if len(g.Hits) != len(w.Hits) {
		return fmt.Errorf("%d hits, want %d", len(g.Hits), len(w.Hits))
	}
	for i := range g.Hits {
		a, b := g.Hits[i], w.Hits[i]
		if !near(a.Score, b.Score) {
			return fmt.Errorf("hit %d: %s scores %s, want %s %s", i, a.ID, show(a.Score), b.ID, show(b.Score))
		}
		if a.ID != b.ID {
			return fmt.Errorf("hit %d: %s %s, want %s %s", i, a.ID, show(a.Score), b.ID, show(b.Score))
		}
		if !nearValues(a.Sort, b.Sort) {
			return fmt.Errorf("hit %d: sort values %v, want %v", i, a.Sort, b.Sort)
		}
	}
	return nil
}

func differentErrors(ours, theirs json.RawMessage) error {
	var got, want failureOf
	if json.Unmarshal(ours, &got) != nil || json.Unmarshal(theirs, &want) != nil {
		if string(ours) == string(theirs) {
			return nil
		}
		return fmt.Errorf("error %s, want %s", ours, theirs)
	}
	if got.Type != want.Type || fmt.Sprint(got.RootCause) != fmt.Sprint(want.RootCause) {
		return fmt.Errorf("error %.500s, want %.500s", ours, theirs)
	}
	return nil
}

func near(a, b *float64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return math.Abs(*a-*b) <= tolerance*max(math.Abs(*a), math.Abs(*b))
}

func nearValues(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, isNumber := a[i].(float64)
		y, both := b[i].(float64)
		if isNumber && both {
			if !near(&x, &y) {
				return false
			}
		} else if fmt.Sprint(a[i]) != fmt.Sprint(b[i]) {
			return false
		}
	}
	return true
}

func show(score *float64) string {
	if score == nil {
		return "null"
	}
	return fmt.Sprint(*score)
}
