package reranker

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// API is the format of one kind of server.
type API interface {
	// About is what is always true of the API.
	About() About
	// Request are the members of a request for the scores of all texts.
	Request(a *judgments.RerankAPI, query string, texts []string) map[string]any
	// Read reads an answer to it.
	Read(a *judgments.RerankAPI, body []byte) (Answer, error)
}

// About is what is always true of an API.
type About struct {
	// Address is the provider's, with the path; empty where everybody runs
	// their own server.
	Address string
	// Path is what is added to an address without one.
	Path string
	// Variable holds the provider's key, and goes by itself to Origins alone.
	Variable string
	Origins  []string
	// Most is the most texts in one request.
	Most int
}

// Answer is what a server says of the texts.
type Answer struct {
	// Results are in any order.
	Results []Result
	// Tokens and SearchUnits are what was billed, 0 where the answer does not
	// say.
	Tokens, SearchUnits float64
}

// Result is one text's. A member that is missing is nil.
type Result struct {
	Index *number
	Score *number
}

// apis are the formats by the name that a suite gives them. The inference API
// of Elasticsearch is asked through package cluster.
var apis = map[string]API{
	judgments.APICohere:     cohere{},
	judgments.APIJina:       jina{},
	judgments.APIVoyage:     voyage{},
	judgments.APITEI:        tei{},
	judgments.APICompatible: compatible{},
}

// scores puts the results in the order of the texts.
func scores(results []Result, texts int) ([]float64, error) {
	found := slices.Repeat([]float64{math.NaN()}, texts)
	for _, r := range results {
		switch {
		case r.Index == nil:
			return nil, errors.New("a result has no index")
		case r.Score == nil:
			return nil, fmt.Errorf("the result of text %v has no score", float64(*r.Index))
		}
		i := float64(*r.Index)
		switch {
		case i < 0 || i >= float64(texts) || i != math.Trunc(i):
			return nil, fmt.Errorf("it has a result of text %v, where there are %d", i, texts)
		case !math.IsNaN(found[int(i)]):
			return nil, fmt.Errorf("it has two results of text %v", i)
		}
		score := float64(*r.Score)
		if math.IsInf(float64(float32(score)), 0) {
			return nil, fmt.Errorf("the score of text %v is beyond what a float32 holds", i)
		}
		found[int(i)] = score
	}
	if len(results) != texts {
		return nil, fmt.Errorf("it has %s for %s", text.Plural(len(results), "result", "results"), text.Plural(texts, "text", "texts"))
	}
	return found, nil
}

// number is a finite number of JSON, or a string that holds one.
type number float64

// UnmarshalJSON accepts 1.5 and "1.5".
func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("%.40q is not a number", b)
	}
	*n = number(v)
	return nil
}

// list reads results that are mappings with these members.
func list(raw json.RawMessage, index string, score ...string) ([]Result, error) {
	if len(raw) == 0 {
		return nil, errors.New("it has no results")
	}
	var items []map[string]json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		return nil, errors.New("its results are not a list of objects")
	}
	if items == nil {
		return nil, errors.New("it has no results")
	}
	results := make([]Result, len(items))
	for i, item := range items {
		var err error
		if results[i].Index, err = member(item, index); err != nil {
			return nil, err
		}
		for _, name := range score {
			if results[i].Score == nil {
				if results[i].Score, err = member(item, name); err != nil {
					return nil, err
				}
			}
		}
	}
	return results, nil
}

// member is a number of an object; nil where it is missing or null.
func member(item map[string]json.RawMessage, name string) (*number, error) {
	raw := item[name]
	if raw == nil || string(raw) == "null" {
		return nil, nil
	}
	var n number
	if err := n.UnmarshalJSON(raw); err != nil {
		return nil, fmt.Errorf("the %s of a result: %w", name, err)
	}
	return &n, nil
}
