package convert

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/releval/releval/judgments"
)

// writeBEIR writes a folder. The corpus is made from the suite's documents:
// BEIR's documents have _id, title and text, so the title field becomes
// title, the reranker's field text, and the rest metadata.
func writeBEIR(ctx context.Context, out *output, c *Collection) error {
	queries, err := out.create("queries.jsonl")
	if err != nil {
		return err
	}
	qrels, err := out.create("qrels/test.tsv")
	if err != nil {
		return err
	}
	qrels.WriteString("query-id\tcorpus-id\tscore\n")
	s := newSurrogates(c)
	s.spaces = true
	for i := range c.Suite.Queries {
		q := &c.Suite.Queries[i]
		id := s.query(q)
		if err := jsonLine(queries, map[string]string{"_id": id, "text": q.Text}); err != nil {
			return err
		}
		for _, j := range q.Relevant {
			grade := math.Round(j.Grade)
			if grade != j.Grade {
				out.notes.add("%d grades are no whole numbers, as BEIR's are, and are rounded", fmt.Sprintf("%g to %g", j.Grade, grade))
			}
			fmt.Fprintf(qrels, "%s\t%s\t%s\n", id, s.document(j.ID, j.Title), strconv.FormatFloat(grade, 'f', -1, 64))
		}
	}
	if n := len(s.titleOrder); n > 0 {
		out.lose(fmt.Sprintf("%d judgments' titles have no id, and stand behind surrogate ids that no document of the corpus has; name the documents file to get their ids", n))
	}
	out.lostRuns(c)
	out.lostOfSuite(c, true)
	if c.Suite.Search.Documents == "" {
		out.lose("corpus.jsonl: the source names no documents")
		return nil
	}
	return writeCorpus(ctx, out, &c.Suite.Search)
}

func writeCorpus(ctx context.Context, out *output, search *judgments.Search) error {
	corpus, err := out.create("corpus.jsonl")
	if err != nil {
		return err
	}
	titleField, textField := search.TitleField, "text"
	if len(search.Rerankers) > 0 {
		textField = search.Rerankers[0].Field
	}
	for d, err := range judgments.Documents(search.Documents) {
		if err != nil {
			return err
		}
		if d.Line%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(d.Source, &members); err != nil {
			return fmt.Errorf("%s:%d: %w", search.Documents, d.Line, err)
		}
		title, text := fieldText(d.Source, titleField), fieldText(d.Source, textField)
		delete(members, titleField)
		delete(members, textField)
		metadata := members
		if inner, ok := members["metadata"]; ok && len(members) == 1 {
			// A corpus that came from BEIR keeps its metadata as it was.
			metadata = nil
			if json.Unmarshal(inner, &metadata) != nil {
				metadata = members
			}
		}
		if metadata == nil {
			metadata = map[string]json.RawMessage{}
		}
		line := struct {
			ID       string                     `json:"_id"`
			Title    string                     `json:"title"`
			Text     string                     `json:"text"`
			Metadata map[string]json.RawMessage `json:"metadata"`
		}{d.ID, title, text, metadata}
		if err := jsonLine(corpus, line); err != nil {
			return err
		}
	}
	return nil
}

// jsonLine writes a value as one line of JSON, and leaves < > & as they are.
func jsonLine(w interface{ Write([]byte) (int, error) }, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}
