package propose

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/releval/releval/eval/queries"
	"github.com/releval/releval/judgments"
)

// ReadQueries reads a file of queries as package queries does, each text with its
// blanks folded. Queries that fold to the same are taken once, with the first's id:
// it returns how often it met one again.
func ReadQueries(name string, r io.Reader) (read *queries.File, again int, err error) {
	if read, err = queries.Read(name, r); err != nil {
		return nil, 0, err
	}
	seen := make(map[string]bool)
	var kept []queries.Query
	for _, q := range read.Queries {
		q.Text = strings.Join(strings.Fields(q.Text), " ")
		if i := strings.IndexFunc(q.Text, unicode.IsControl); i >= 0 {
			control, _ := utf8.DecodeRuneInString(q.Text[i:])
			return nil, 0, fmt.Errorf("%s:%d: the query contains the control character U+%04X; remove it", name, q.Line, control)
		}
		if folded := judgments.FoldTitle(q.Text); seen[folded] {
			again++
		} else {
			seen[folded] = true
			kept = append(kept, q)
		}
	}
	read.Queries = kept
	return read, again, nil
}
