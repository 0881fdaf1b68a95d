package propose

import (
	"bufio"
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
