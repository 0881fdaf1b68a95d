package convert

import (
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
		return beirQuery{}, fmt.Errorf("no JSON object with _id and text: %w", err)
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
func readBEIR(ctx context.Context, dir string, o ReadOptions) (*Collection, error) {
	queries, ok := existing(dir, "queries.jsonl")
	if !ok {
		return nil, fmt.Errorf("%s: no BEIR folder, which has queries.jsonl, corpus.jsonl and qrels", dir)
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
			return fmt.Errorf("the query id %q stands twice", q.ID)
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
		fields := strings.Split(text, "\t")
		if len(fields) != 3 {
			return fmt.Errorf("a line of BEIR's qrels has 3 columns (query-id, corpus-id, score) separated by tabs, not %d", len(fields))
		}
		if line == 1 && isHeader(fields[0]) {
			return nil
		}
		grade, err := parseGrade(fields[2])
		if err != nil {
			return err
		}
		query, ok := texts[fields[0]]
		if !ok {
			return fmt.Errorf("the query id %q is not in %s", fields[0], filepath.Base(queries))
		}
		b.judge(b.query(fields[0], query), judgments.Judgment{ID: fields[1], Grade: grade})
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
	if n := len(order) - len(c.Suite.Queries); n > 0 {
		c.Losses = append(c.Losses, fmt.Sprintf("%d queries have no judgments in the split %s, and are left out", n, split))
	}
	if corpus, ok := existing(dir, "corpus.jsonl"); ok {
		c.Suite.Search.Documents = corpus
	}
	return c, nil
}

// beirSplit chooses the file of qrels.
func beirSplit(dir, split string) (path, name string, err error) {
	if split != "" {
		if p, ok := existing(filepath.Join(dir, "qrels"), split+".tsv"); ok {
			return p, split, nil
		}
	} else if p, ok := existing(filepath.Join(dir, "qrels"), "test.tsv"); ok {
		return p, "test", nil
	}
	found, err := filepath.Glob(filepath.Join(globQuoted(dir), "qrels", "*.tsv*"))
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", dir, err)
	}
	var names []string
	for _, f := range found {
		names = append(names, baseName(f))
	}
	switch {
	case len(found) == 0:
		return "", "", fmt.Errorf("%s: no qrels/*.tsv in it", dir)
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
