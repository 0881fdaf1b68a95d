package convert

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/releval/releval/judgments"
)

// rankEvalBody is the body of a request to _rank_eval.
type rankEvalBody struct {
	Templates []rankEvalTemplate `json:"templates,omitempty"`
	Requests  []rankEvalRequest  `json:"requests"`
	Metric    json.RawMessage    `json:"metric,omitempty"`
}

type rankEvalTemplate struct {
	ID       string `json:"id"`
	Template struct {
		Source json.RawMessage `json:"source,omitempty"`
		Inline json.RawMessage `json:"inline,omitempty"`
	} `json:"template"`
}

type rankEvalRequest struct {
	ID       string                     `json:"id"`
	Request  json.RawMessage            `json:"request,omitempty"`
	Template string                     `json:"template_id,omitempty"`
	Params   map[string]json.RawMessage `json:"params,omitempty"`
	Ratings  []rankEvalRating           `json:"ratings"`
}

type rankEvalRating struct {
	Index  string          `json:"_index"`
	ID     string          `json:"_id"`
	Rating json.RawMessage `json:"rating"`
}

// readRankEval reads a request body. The text of a query is taken out of its
// search: from the template's parameter, or from what the query clauses
// search for. Where all searches are the same but for the text, they become
// the suite's retriever.
func readRankEval(path string) (*Collection, error) {
	b := newBuilder()
	var search retrieverGuess
	var metric json.RawMessage
	indices := map[string]bool{}
	err := readJSON(path, func(value json.RawMessage) error {
		var body rankEvalBody
		if err := decode(value, &body); err != nil {
			return fmt.Errorf("no body of a _rank_eval request: %w", err)
		}
		if body.Requests == nil {
			return errors.New("no body of a _rank_eval request: requests is missing")
		}
		metric = body.Metric
		seen := map[string]bool{}
		for _, r := range body.Requests {
			if r.ID == "" {
				return errors.New("a request has no id")
			}
			if seen[r.ID] {
				return fmt.Errorf("the request id %q stands twice", r.ID)
			}
			seen[r.ID] = true
			text := search.add(b, r, body.Templates)
			q := b.query(r.ID, text)
			for _, rating := range r.Ratings {
				grade, err := jsonGrade(rating.Rating)
				if err != nil {
					return fmt.Errorf("request %q, document %q: %w", r.ID, rating.ID, err)
				}
				if rating.ID == "" {
					return fmt.Errorf("request %q: a rating has no _id", r.ID)
				}
				if rating.Index != "" {
					indices[rating.Index] = true
				}
				b.judge(q, judgments.Judgment{ID: rating.ID, Grade: grade})
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	retriever := search.retriever(b)
	name, loss := metricName(metric)
	if loss != "" {
		b.notes.add(loss, "")
	}
	c := b.collection(baseName(path))
	c.Suite.Search.Retriever = retriever
	c.Suite.Search.Index = strings.Join(slices.Sorted(maps.Keys(indices)), ",")
	if name != "" {
		c.Suite.Metrics = []judgments.MetricName{{Name: name}}
	}
	return c, nil
}

// metricName gives the suite's name for a metric of _rank_eval.
func metricName(raw json.RawMessage) (name, loss string) {
	if len(raw) == 0 {
		return "", ""
	}
	type settings struct {
		K         int  `json:"k"`
		Normalize bool `json:"normalize"`
		Threshold int  `json:"relevant_rating_threshold"`
	}
	var metrics map[string]settings
	if json.Unmarshal(raw, &metrics) != nil || len(metrics) != 1 {
		return "", "the metric is not understood"
	}
	for kind, s := range metrics {
		k := s.K
		if k <= 0 {
			k = 10
		}
		threshold := ""
		if s.Threshold > 1 {
			threshold = fmt.Sprintf("(rel=%d)", s.Threshold)
		}
		switch {
		case kind == "precision":
			return fmt.Sprintf("precision%s@%d", threshold, k), ""
		case kind == "recall":
			return fmt.Sprintf("recall%s@%d", threshold, k), ""
		case kind == "mean_reciprocal_rank":
			return fmt.Sprintf("mrr%s@%d", threshold, k), ""
		case kind == "dcg" && s.Normalize:
			// Its gain is 2^grade-1.
			return fmt.Sprintf("ndcg_exp@%d", k), ""
		case kind == "expected_reciprocal_rank":
			return fmt.Sprintf("err@%d", k), ""
		}
		return "", fmt.Sprintf("the metric %s has no counterpart", kind)
	}
	return "", ""
}

var metricPattern = regexp.MustCompile(`^(ndcg|ndcg_exp|err|precision|recall|mrr)(?:\(rel=([0-9]+)\))?@([0-9]+)$`)
