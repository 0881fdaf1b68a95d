package convert

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
)

// metricBody gives _rank_eval's metric for the suite's metrics: the first
// that has a counterpart. The rest is listed.
func metricBody(out *output, c *Collection) json.RawMessage {
	chosen := ""
	for _, metric := range c.Suite.Metrics {
		m := metricPattern.FindStringSubmatch(metric.Name)
		if m == nil || chosen != "" {
			out.notes.add("%d metrics: a request has one, and not every metric has a counterpart", metric.Name)
			continue
		}
		rel, k := cmp.Or(m[2], "1"), m[3]
		switch m[1] {
		case "ndcg":
			out.lose("the gain of " + metric.Name + ": _rank_eval knows nDCG with exponential gain alone")
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

func maxGrade(c *Collection) float64 {
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
func writeRankEval(out *output, c *Collection) error {
	index := cmp.Or(out.options.Index, c.Suite.Search.Index)
	if index == "" {
		return errors.New("the ratings of _rank_eval name the index of their documents; name it")
	}
	query, err := queryOf(c.Suite.Search.Retriever)
	if err != nil {
		return err
	}
	if strings.ContainsAny(index, ",*") {
		out.lose(fmt.Sprintf("the index %s is not the name of one index, and ratings match the documents of one alone; name it", index))
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
				out.notes.add("%d judgments have a title and no id, by which _rank_eval names documents, and are left out", named(q, j))
				continue
			}
			grade := math.Round(j.Grade)
			if grade != j.Grade {
				out.notes.add("%d grades are no whole numbers, as ratings are, and are rounded", fmt.Sprintf("%g to %g", j.Grade, grade))
			}
			r.Ratings = append(r.Ratings, rankEvalRating{index, j.ID, json.RawMessage(fmt.Sprintf("%.0f", grade))})
		}
		body.Requests = append(body.Requests, r)
	}
	if n := len(c.Suite.Search.Rerankers); n > 0 {
		out.lose(fmt.Sprintf("%d rerankers: a request of _rank_eval is the first stage alone", n))
	}
	out.lostRuns(c)
	out.lostOfSuite(c, false)
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
