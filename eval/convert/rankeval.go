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

	"github.com/releval/releval/eval/metrics"
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

// readRankEval reads a request body. The text of a query is what differs from
// request to request; where the searches are the same but for it, they become
// the suite's retriever and reranker.
func readRankEval(path string, o ReadOptions) (*collection, error) {
	b := newBuilder()
	var all []searchOf
	var metric json.RawMessage
	indices := map[string]bool{}
	seen := map[string]bool{}
	err := readJSON(path, func(value json.RawMessage) error {
		var body rankEvalBody
		if err := decode(value, &body); err != nil {
			return fmt.Errorf("not the body of a _rank_eval request: %w", err)
		}
		if body.Requests == nil {
			return errors.New("not the body of a _rank_eval request: requests is missing")
		}
		metric = body.Metric
		for _, r := range body.Requests {
			if r.ID == "" {
				return errors.New("a request has no id")
			}
			if seen[r.ID] {
				return fmt.Errorf("the request id %q is given twice", r.ID)
			}
			seen[r.ID] = true
		}
		found := searches(b, body, o.Param)
		all = append(all, found...)
		for i, r := range body.Requests {
			q := b.query(r.ID, found[i].text)
			b.queries[q].Params = found[i].params
			if found[i].asked != "" {
				b.queries[q].InferenceText = found[i].asked
			}
			if err := addRatings(b, q, r, indices); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	c := b.collection(baseName(path))
	c.setIndices(indices)
	if name := metricName(&c.ledger, metric); name != "" {
		c.Suite.Metrics = []judgments.MetricName{{Name: name}}
	}
	return c, setCommon(c, all)
}

// addRatings adds the ratings of one request.
func addRatings(b *builder, query int, r rankEvalRequest, indices map[string]bool) error {
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
		b.judge(query, judgments.Judgment{ID: rating.ID, Index: rating.Index, Grade: grade})
	}
	return nil
}

// metricName gives the suite's name for a metric of _rank_eval; "" where there
// is none, which it says. What an option asks for and the suite's metric does
// not do is lost.
func metricName(l *ledger, raw json.RawMessage) string {
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	var all map[string]map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil || len(all) != 1 {
		l.lose("", "the metric, which is not understood", "")
		return ""
	}
	for kind, options := range all {
		number := func(name string, otherwise int) int {
			n := otherwise
			if raw, ok := options[name]; ok && json.Unmarshal(raw, &n) != nil {
				l.lose("", fmt.Sprintf("%s of the metric %s, which is not a whole number", name, kind), "")
			}
			delete(options, name)
			return n
		}
		isTrue := func(name string) bool {
			is := string(options[name]) == "true"
			delete(options, name)
			return is
		}
		name := ""
		k := number("k", 10)
		switch kind {
		case "precision", "recall", "mean_reciprocal_rank":
			name = map[string]string{"precision": "precision", "recall": "recall", "mean_reciprocal_rank": "mrr"}[kind]
			if threshold := number("relevant_rating_threshold", 1); threshold > 1 {
				name += fmt.Sprintf("(rel=%d)", threshold)
			}
			if kind == "precision" && isTrue("ignore_unlabeled") {
				l.lose("", "ignore_unlabeled of the metric precision: unjudged hits count as not relevant in a suite", "")
			}
		case "dcg":
			// Its gain is 2^grade-1.
			name = "dcg_exp"
			if isTrue("normalize") {
				name = "ndcg_exp"
			}
		case "expected_reciprocal_rank":
			name = "err"
			if most := number("maximum_relevance", 4); most != 4 {
				name += fmt.Sprintf("(max=%d)", most)
			}
		}
		for _, option := range slices.Sorted(maps.Keys(options)) {
			if name != "" && string(options[option]) != "null" {
				l.lose("", fmt.Sprintf("%s of the metric %s, which has no counterpart", option, kind), "")
			}
		}
		name += fmt.Sprintf("@%d", k)
		if _, err := metrics.Parse(name); err != nil {
			l.lose("", fmt.Sprintf("the metric %s, which has no counterpart", kind), "")
			return ""
		}
		return name
	}
	return ""
}

var metricPattern = regexp.MustCompile(`^(ndcg|ndcg_exp|dcg_exp|err|precision|recall|mrr)(?:\((?:rel|max)=([0-9]+)\))?@([0-9]+)$`)

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
		option, k := m[2], m[3]
		rel := cmp.Or(option, "1")
		switch m[1] {
		case "ndcg":
			out.lose("", "the gain of "+metric.Name+": _rank_eval knows nDCG with exponential gain alone; name ndcg_exp in the suite", "")
			chosen = `{"dcg":{"k":` + k + `,"normalize":true}}`
		case "ndcg_exp":
			chosen = `{"dcg":{"k":` + k + `,"normalize":true}}`
		case "dcg_exp":
			chosen = `{"dcg":{"k":` + k + `,"normalize":false}}`
		case "err":
			chosen = fmt.Sprintf(`{"expected_reciprocal_rank":{"k":%s,"maximum_relevance":%s}}`, k, cmp.Or(option, "4"))
		case "mrr":
			chosen = `{"mean_reciprocal_rank":{"k":` + k + `,"relevant_rating_threshold":` + rel + `}}`
		default:
			chosen = `{"` + m[1] + `":{"k":` + k + `,"relevant_rating_threshold":` + rel + `}}`
		}
	}
	return json.RawMessage(cmp.Or(chosen, `{"dcg":{"k":10,"normalize":true}}`))
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
	raw, err := json.Marshal(map[string]any{"query": query})
	if err != nil {
		return err
	}
	search := judgments.NewTemplate(raw)
	if strings.ContainsAny(index, ",*") && lacksIndex(c) {
		out.lose("", fmt.Sprintf("the index %s is not the name of one index, and ratings match the documents of one alone; name it by --index", index), "")
	}
	body := rankEvalBody{Requests: []rankEvalRequest{}, Metric: metricBody(out, c)}
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		filled := search.Fill(c.Suite.Search.Values(q))
		r := rankEvalRequest{ID: cmp.Or(q.ID, q.Text), Request: filled, Ratings: []rankEvalRating{}}
		for _, j := range q.Relevant {
			if j.ID == "" {
				out.lose("judgment", "left out, because _rank_eval names documents by id and this one has a title alone", named(q, j))
				continue
			}
			grade := out.wholeGrade(j.Grade, "ratings are")
			r.Ratings = append(r.Ratings, rankEvalRating{cmp.Or(j.Index, index), j.ID, json.RawMessage(fmt.Sprintf("%.0f", grade))})
		}
		body.Requests = append(body.Requests, r)
	}
	out.noteMany(len(c.Suite.Search.Rerankers), "reranker", "left out, because a request is the first stage alone")
	out.noteRuns(c)
	out.noteSuite(c.without(func(q *judgments.Query) { q.Params, q.Relevant = nil, nil }), false)
	w, err := out.create("")
	if err != nil {
		return err
	}
	return writeJSON(w, body)
}

// lacksIndex says whether any judgment by id names no index of its own.
func lacksIndex(c *collection) bool {
	return slices.ContainsFunc(c.Suite.Queries, func(q judgments.Query) bool {
		return slices.ContainsFunc(q.Relevant, func(j judgments.Judgment) bool { return j.ID != "" && j.Index == "" })
	})
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
