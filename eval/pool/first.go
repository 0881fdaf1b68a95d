package pool

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/releval/releval/judgments"
)

// maxQueryLine bounds a line of a list of queries.
const maxQueryLine = 1 << 20

// ReadQueries reads a list of queries, one a line. Blank lines and those that
// begin with # are passed over, and queries that fold to the same are taken
// once: it returns how often it met one again.
func ReadQueries(name string, r io.Reader) (queries []string, again int, err error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 64<<10), maxQueryLine)
	seen := make(map[string]bool)
	line := 0
	for s.Scan() {
		line++
		text := strings.Join(strings.Fields(strings.TrimPrefix(s.Text(), "\ufeff")), " ")
		switch {
		case text == "" || text[0] == '#':
		case !utf8.ValidString(text):
			return nil, 0, fmt.Errorf("%s:%d: not UTF-8; save the file in this encoding", name, line)
		case strings.ContainsFunc(text, unicode.IsControl):
			control := text[strings.IndexFunc(text, unicode.IsControl):]
			r, _ := utf8.DecodeRuneInString(control)
			return nil, 0, fmt.Errorf("%s:%d: the query contains the control character U+%04X; remove it", name, line, r)
		case seen[judgments.FoldTitle(text)]:
			again++
		default:
			seen[judgments.FoldTitle(text)] = true
			queries = append(queries, text)
		}
	}
	if err := s.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("the line is longer than %d MiB; write one query a line", maxQueryLine>>20)
		}
		return nil, 0, fmt.Errorf("%s:%d: %w", name, line+1, err)
	}
	if len(queries) == 0 {
		return nil, 0, fmt.Errorf("%s: holds no query; write one a line", name)
	}
	return queries, again, nil
}

// First says how a first suite searches.
type First struct {
	// File is where the suite will be, Name what it is called.
	File, Name string
	// Cluster is what the suite says of it, empty for nothing.
	Cluster string
	// Index and TitleField are searched; Fields are what the first stage
	// matches, the title field where there are none.
	Index, TitleField string
	Fields            []string
	// RerankField is what the reranker reads; empty for no reranker.
	RerankField string
	InferenceID string
	// Window is rank_window_size; 0 means 50.
	Window int
	// Documents is a file with the documents, from the working directory.
	Documents string
}

// NewSuite writes a first suite of plain queries, with a gate, without
// judgments, and reads it back.
func NewSuite(queries []string, f First) ([]byte, error) {
	if len(f.Fields) == 0 {
		f.Fields = []string{f.TitleField}
	}
	query := map[string]any{"multi_match": map[string]any{"query": "{{query}}", "fields": f.Fields}}
	if len(f.Fields) == 1 {
		query = map[string]any{"match": map[string]any{f.Fields[0]: "{{query}}"}}
	}
	retriever, err := json.Marshal(map[string]any{"standard": map[string]any{"query": query}})
	if err != nil {
		return nil, err
	}
	s := &judgments.Suite{
		File: f.File, Name: f.Name, Cluster: f.Cluster,
		Search:  judgments.Search{Index: f.Index, TitleField: f.TitleField, Documents: f.Documents, Retriever: retriever},
		Metrics: []judgments.MetricName{{Name: "ndcg@10"}, {Name: "mrr@10"}, {Name: "recall@50"}, {Name: "judged@10"}},
	}
	if f.RerankField != "" {
		none := 0.0
		r := judgments.Reranker{Name: "elastic", Field: f.RerankField, InferenceID: f.InferenceID, Window: f.Window}
		if r.Window == 0 {
			r.Window = 50
		}
		s.Search.Rerankers = []judgments.Reranker{r}
		s.Gates = []judgments.Gate{{Metric: "ndcg@10", System: r.Name, Versus: judgments.FirstStage, MinGain: &none}}
	}
	for _, q := range queries {
		s.Queries = append(s.Queries, judgments.Query{Text: q, InferenceText: q})
	}
	var b bytes.Buffer
	if err := judgments.Write(&b, s); err != nil {
		return nil, err
	}
	text := explained(b.Bytes())
	if _, err := judgments.Parse(f.File, text, judgments.Options{}); err != nil {
		return nil, err
	}
	return text, nil
}

// explained puts comments over the parts that a newcomer will change.
func explained(text []byte) []byte {
	for _, c := range []struct{ key, comment string }{
		{"search:", "# How each query is searched: the first stage, and the reranker around it."},
		{"gates:", "# What a run must meet: the reranker must not be worse than none."},
		{"queries:", "# What is searched for. releval pool finds the documents to judge, and puts\n# the titles under relevant, each with its grade."},
	} {
		text = bytes.Replace(text, []byte("\n"+c.key), []byte("\n"+c.comment+"\n"+c.key), 1)
	}
	return text
}
