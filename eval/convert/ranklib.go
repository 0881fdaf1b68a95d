package convert

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/releval/releval/judgments"
)

// A RankLib or LETOR list has a line for each judgment: the grade, the query's
// id behind qid:, features that mean nothing here, and behind a # the document.
// Lists for learning to rank with Elasticsearch name the queries' texts in
// comments at the top (# qid:1: rambo) and put the title behind the document.

var (
	ranklibText     = regexp.MustCompile(`^#\s*qid:(\S+?):\s*(.+?)(?:\*\d+)?\s*$`)
	ranklibDocument = regexp.MustCompile(`^docid\s*=\s*(\S+)`)
)

// readRankLib reads such a list.
func readRankLib(ctx context.Context, path string, o ReadOptions) (*collection, error) {
	texts := map[string]string{}
	if o.Queries != "" {
		if err := readQueryTexts(o.Queries, texts); err != nil {
			return nil, err
		}
	}
	b := newBuilder()
	features := 0
	err := fileLines(ctx, path, func(_ int, text string) error {
		if m := ranklibText.FindStringSubmatch(text); m != nil {
			if texts[m[1]] == "" {
				texts[m[1]] = m[2]
			}
			return nil
		}
		if strings.HasPrefix(strings.TrimSpace(text), "#") {
			return nil
		}
		data, comment, _ := strings.Cut(text, "#")
		fields := strings.Fields(data)
		if len(fields) < 2 || !strings.HasPrefix(fields[1], "qid:") || fields[1] == "qid:" {
			return errors.New("a line is a grade, qid:ID, features, and behind a # the document")
		}
		grade, err := parseGrade(fields[0])
		if err != nil {
			return err
		}
		features += len(fields) - 2
		id, title := ranklibDoc(comment)
		if id == "" {
			return errors.New("no document behind a # at the end of the line; without it the judgment is of nothing that has a name")
		}
		query := strings.TrimPrefix(fields[1], "qid:")
		b.judge(b.query(query, texts[query]), judgments.Judgment{ID: id, Title: title, Grade: grade})
		return nil
	})
	if err != nil {
		return nil, err
	}
	c := b.collection(baseName(path))
	c.idsOnly = true
	c.noteMany(features, "feature", "of judgments left out")
	return c, nil
}

// ranklibDoc reads the document behind the #: an id, and the title where one
// follows; or LETOR's docid = ID inc = ... prob = ....
func ranklibDoc(comment string) (id, title string) {
	comment = strings.TrimSpace(comment)
	if m := ranklibDocument.FindStringSubmatch(comment); m != nil {
		return m[1], ""
	}
	id, title, _ = strings.Cut(strings.ReplaceAll(comment, "\t", " "), " ")
	return id, strings.TrimSpace(title)
}
