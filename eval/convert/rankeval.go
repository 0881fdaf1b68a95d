package convert

import (
	"cmp"
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
func readRankEval(path string, o ReadOptions) (*collection, error) {
	b := newBuilder()
	var search retrieverGuess
	var metric json.RawMessage
	indices := map[string]bool{}
	err := readJSON(path, func(value json.RawMessage) error {
		var body rankEvalBody
		if err := decode(value, &body); err != nil {
			return fmt.Errorf("not the body of a _rank_eval request: %w", err)
		}
		if body.Requests == nil {
			return errors.New("not the body of a _rank_eval request: requests is missing")
		}
		metric = body.Metric
		seen := map[string]bool{}
		for _, r := range body.Requests {
			if r.ID == "" {
				return errors.New("a request has no id")
			}
			if seen[r.ID] {
				return fmt.Errorf("the request id %q is given twice", r.ID)
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
		b.lose("", loss, "")
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

// metricBody gives _rank_eval's metric for the suite's metrics: the first
// that has a counterpart. The rest is listed.
func metricBody(out *output, c *collection) json.RawMessage {
	chosen := ""
	for _, metric := range c.Suite.Metrics {
		m := metricPattern.FindStringSubmatch(metric.Name)
		if m == nil || chosen != "" {
			out.note("metric", "left out, because a request has one and not every metric has a counterpart", metric.Name)
			continue
		}
		rel, k := cmp.Or(m[2], "1"), m[3]
		switch m[1] {
		case "ndcg":
			out.lose("", "the gain of "+metric.Name+": _rank_eval knows nDCG with exponential gain alone; name ndcg_exp in the suite", "")
			chosen = `{"dcg":{"k":` + k + `,"normalize":true}}`
		case "ndcg_exp":
			chosen = `{"dcg":{"k":` + k + `,"normalize":true}}`
		case "err":
			chosen = fmt.Sprintf(`{"expected_reciprocal_rank":{"k":%s,"maximum_relevance":%.0f}}`, k, maxGrade(c))
		case "mrr":
			chosen = `{"mean_reciprocal_rank":{"k":` + k + `,"relevant_rating_threshold":` + rel + `}}`
		default:
			chosen = `{"` + m[1] + `":{"k":` + k + `,"relevant_rating_threshold":` + rel + `}}`
		}
	}
	return json.RawMessage(cmp.Or(chosen, `{"dcg":{"k":10,"normalize":true}}`))
}

func maxGrade(c *collection) float64 {
	most := 1.0
	for i := range c.Suite.Queries {
		for _, j := range c.Suite.Queries[i].Relevant {
			most = max(most, j.Grade)
		}
	}
	return most
}

// writeRankEval writes a request body in which each query is searched as by
// the suite's first stage. Documents are named by index and id, and rated in
// whole numbers.
func writeRankEval(out *output, c *collection) error {
	index := cmp.Or(out.options.Index, c.Suite.Search.Index)
	if index == "" {
		return errors.New("the ratings of _rank_eval name the index of their documents; name it")
	}
	query, err := queryOf(c.Suite.Search.Retriever)
	if err != nil {
		return err
	}
	if strings.ContainsAny(index, ",*") {
		out.lose("", fmt.Sprintf("the index %s is not the name of one index, and ratings match the documents of one alone; name it by --index", index), "")
	}
	body := rankEvalBody{Requests: []rankEvalRequest{}, Metric: metricBody(out, c)}
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		request, err := json.Marshal(map[string]any{"query": substitute(query, "{{query}}", q.Text)})
		if err != nil {
			return err
		}
		r := rankEvalRequest{ID: cmp.Or(q.ID, q.Text), Request: request, Ratings: []rankEvalRating{}}
		for _, j := range q.Relevant {
			if j.ID == "" {
				out.lose("judgment", "left out, because _rank_eval names documents by id and this one has a title alone", named(q, j))
				continue
			}
			grade := out.wholeGrade(j.Grade, "ratings are")
			r.Ratings = append(r.Ratings, rankEvalRating{index, j.ID, json.RawMessage(fmt.Sprintf("%.0f", grade))})
		}
		body.Requests = append(body.Requests, r)
	}
	out.noteMany(len(c.Suite.Search.Rerankers), "reranker", "left out, because a request is the first stage alone")
	out.noteRuns(c)
	out.noteSuite(c, false)
	w, err := out.create("")
	if err != nil {
		return err
	}
	return writeJSON(w, body)
}

// queryOf takes the query out of a standard retriever; _rank_eval knows no
// other one.
func queryOf(retriever json.RawMessage) (any, error) {
	if len(retriever) == 0 {
		return nil, errors.New("a request of _rank_eval says how to search, and the source does not; name the fields to search")
	}
	var r map[string]json.RawMessage
	if err := decode(retriever, &r); err != nil {
		return nil, fmt.Errorf("search.retriever: %w", err)
	}
	for kind, raw := range r {
		if kind != "standard" {
			return nil, fmt.Errorf("the first stage is a retriever of type %s, and _rank_eval takes queries alone", kind)
		}
		body, err := decodeAny(raw)
		if err != nil {
			return nil, fmt.Errorf("search.retriever: %w", err)
		}
		standard, _ := body.(map[string]any)
		for key := range standard {
			if key != "query" && key != "filter" {
				return nil, fmt.Errorf("the first stage sets %s, which a query of _rank_eval cannot", key)
			}
		}
		query, filter := standard["query"], standard["filter"]
		switch {
		case filter == nil && query != nil:
			return query, nil
		case query == nil:
			return map[string]any{"bool": map[string]any{"filter": filter}}, nil
		}
		return map[string]any{"bool": map[string]any{"must": query, "filter": filter}}, nil
	}
	return nil, errors.New("search.retriever is empty")
}
