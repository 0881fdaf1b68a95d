package convert

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/judgments"
)

// beirQuery is a line of queries.jsonl.
type beirQuery struct {
	ID   string
	Text string
}

func parseQuery(line string) (beirQuery, error) {
	var q struct {
		ID   json.RawMessage `json:"_id"`
		Text string          `json:"text"`
	}
	if err := decode([]byte(line), &q); err != nil {
		return beirQuery{}, fmt.Errorf("not a JSON object with _id and text: %w", err)
	}
	id, err := idText(q.ID)
	if err != nil {
		return beirQuery{}, err
	}
	if strings.TrimSpace(q.Text) == "" {
		return beirQuery{}, fmt.Errorf("the query %s has no text", id)
	}
	return beirQuery{id, q.Text}, nil
}

// idText reads an id that is text or a number.
func idText(raw json.RawMessage) (string, error) {
	var s string
	if len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil && s != "" {
		return s, nil
	}
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return strconv.FormatInt(n, 10), nil
	}
	return "", errors.New("an id must be text or a whole number")
}

// existing gives the path of a file in a folder, plain or with .gz.
func existing(dir, name string) (string, bool) {
	for _, p := range []string{filepath.Join(dir, name), filepath.Join(dir, name+".gz")} {
		if info, err := os.Stat(p); err == nil && !info.IsDir() {
			return p, true
		}
	}
	return "", false
}

// readBEIR reads a BEIR folder: queries.jsonl, one file of qrels, and the
// path of corpus.jsonl, which serves as the documents as it is. Queries
// without judgments in that split are left out, as they belong to another.
func readBEIR(ctx context.Context, dir string, o ReadOptions) (*collection, error) {
	queries, ok := beirFile(dir, "queries")
	if !ok {
		return nil, fmt.Errorf("%s: not a BEIR folder, which has queries.jsonl, corpus.jsonl and qrels%s", dir, parquetHint(dir))
	}
	qrels, split, err := beirSplit(dir, o.Split)
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	var order []string
	err = fileLines(ctx, queries, func(_ int, text string) error {
		q, err := parseQuery(text)
		if err != nil {
			return err
		}
		if _, ok := texts[q.ID]; ok {
			return fmt.Errorf("the query id %q is given twice", q.ID)
		}
		texts[q.ID] = q.Text
		order = append(order, q.ID)
		return nil
	})
	if err != nil {
		return nil, err
	}
	b := newBuilder()
	err = fileLines(ctx, qrels, func(line int, text string) error {
		id, document, score, err := beirJudgment(line, text)
		if err != nil || id == "" {
			return err
		}
		grade, err := parseGrade(score)
		if err != nil {
			return err
		}
		query, ok := texts[id]
		if !ok {
			return fmt.Errorf("the query id %q is not in %s", id, filepath.Base(queries))
		}
		b.judge(b.query(id, query), judgments.Judgment{ID: document, Grade: grade})
		return nil
	})
	if err != nil {
		return nil, err
	}
	c := b.collection(filepath.Base(filepath.Clean(dir)))
	// The order is that of queries.jsonl.
	place := make(map[string]int, len(order))
	for i, id := range order {
		place[id] = i
	}
	slices.SortStableFunc(c.Suite.Queries, func(a, b judgments.Query) int { return place[a.ID] - place[b.ID] })
	c.noteMany(len(order)-len(c.Suite.Queries), "query", "left out, without judgments in the split "+split)
	if corpus, ok := beirFile(dir, "corpus"); ok {
		c.Suite.Search.Documents = corpus
	}
	return c, nil
}

// beirFile finds corpus.jsonl or queries.jsonl: in the folder, as BEIR has it,
// or as the only JSON Lines of a folder of that name, as data sets of Hugging
// Face have it.
func beirFile(dir, name string) (string, bool) {
	if p, ok := existing(dir, name+".jsonl"); ok {
		return p, true
	}
	found, err := filepath.Glob(filepath.Join(globQuoted(dir), name, "*.jsonl*"))
	if err != nil || len(found) != 1 {
		return "", false
	}
	return found[0], true
}

// parquetHint says what to do with a data set that has Parquet files alone.
func parquetHint(dir string) string {
	for _, pattern := range []string{"*.parquet", "*/*.parquet"} {
		if found, err := filepath.Glob(filepath.Join(globQuoted(dir), pattern)); err == nil && len(found) > 0 {
			return "; Parquet files are not read: export them as JSON Lines"
		}
	}
	return ""
}

// beirJudgment reads a line of qrels: three columns separated by tabs, or the
// same as a JSON object. The id is empty for the header.
func beirJudgment(line int, text string) (query, document, score string, err error) {
	if strings.HasPrefix(text, "{") {
		var one map[string]json.RawMessage
		if err := decode([]byte(text), &one); err != nil {
			return "", "", "", fmt.Errorf("not a JSON object with query-id, corpus-id and score: %w", err)
		}
		if query, err = idText(one["query-id"]); err == nil {
			document, err = idText(one["corpus-id"])
		}
		if err != nil {
			return "", "", "", fmt.Errorf("query-id and corpus-id: %w", err)
		}
		return query, document, strings.Trim(string(one["score"]), `"`), nil
	}
	fields := strings.Split(text, "\t")
	if len(fields) != 3 {
		return "", "", "", fmt.Errorf("a line of BEIR's qrels has 3 columns (query-id, corpus-id, score) separated by tabs, not %d", len(fields))
	}
	if line == 1 && isHeader(fields[0]) {
		return "", "", "", nil
	}
	return fields[0], fields[1], fields[2], nil
}

// beirSplit chooses the file of qrels: of the folder qrels, or beside the other
// files, as TSV or JSON Lines.
func beirSplit(dir, split string) (path, name string, err error) {
	wanted := split
	if wanted == "" {
		wanted = "test"
	}
	var found []string
	for _, folder := range []string{filepath.Join(dir, "qrels"), dir} {
		for _, ending := range []string{".tsv", ".jsonl"} {
			if p, ok := existing(folder, wanted+ending); ok {
				return p, wanted, nil
			}
			some, err := filepath.Glob(filepath.Join(globQuoted(folder), "*"+ending+"*"))
			if err != nil {
				return "", "", fmt.Errorf("%s: %w", dir, err)
			}
			if folder != dir || ending == ".tsv" {
				found = append(found, some...)
			}
		}
	}
	var names []string
	for _, f := range found {
		names = append(names, baseName(f))
	}
	switch {
	case len(found) == 0:
		return "", "", fmt.Errorf("%s: no qrels/*.tsv or qrels/*.jsonl in it", dir)
	case split != "":
		return "", "", fmt.Errorf("%s: no split %q among its qrels (%s)", dir, split, strings.Join(names, ", "))
	case len(found) > 1:
		return "", "", fmt.Errorf("%s: several splits (%s); name one", dir, strings.Join(names, ", "))
	}
	return found[0], names[0], nil
}

// globQuoted keeps a folder's own brackets and stars from being patterns.
func globQuoted(dir string) string {
	var b strings.Builder
	for _, r := range dir {
		if strings.ContainsRune(`*?[`, r) {
			b.WriteString("[" + string(r) + "]")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// writeBEIR writes a folder. The corpus is made from the suite's documents:
// BEIR's documents have _id, title and text, so the title field becomes
// title, the reranker's field text, and the rest metadata.
func writeBEIR(ctx context.Context, out *output, c *collection) error {
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
			grade := out.wholeGrade(j.Grade, "BEIR's are")
			fmt.Fprintf(qrels, "%s\t%s\t%s\n", id, s.document(j.ID, j.Title), strconv.FormatFloat(grade, 'f', -1, 64))
		}
	}
	if n := len(s.titleOrder); n > 0 {
		out.add(true, n, "title", "without an id, written as a surrogate id that no document of the corpus has; name the documents file to get the ids", s.titles[s.titleOrder[0]])
	}
	out.noteRuns(c)
	out.noteSuite(c, true)
	if c.Suite.Search.Documents == "" {
		out.note("", "corpus.jsonl is not written, because the source names no documents", "")
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
		title, text := first(titlesOf(d, titleField)), strings.Join(titlesOf(d, textField), "\n")
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
