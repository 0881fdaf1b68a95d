package check

import (
	"strings"

	"github.com/releval/releval/eval/titles"
	"github.com/releval/releval/judgments"
)

// shelf is the documents among which a missing title's new form is looked
// for, in order for three questions.
type shelf struct {
	catalogue *titles.Catalogue
	// bySpelling are the documents by the words of their ids, and by these
	// without a year behind them.
	bySpelling map[string][]titles.Document
	// byTitle are their ids by folded title.
	byTitle map[string][]string
}

func newShelf(documents []titles.Document) *shelf {
	s := &shelf{
		catalogue:  titles.NewCatalogue(documents),
		bySpelling: make(map[string][]titles.Document),
		byTitle:    make(map[string][]string, len(documents)),
	}
	for _, d := range documents {
		folded := judgments.FoldTitle(d.Title)
		s.byTitle[folded] = append(s.byTitle[folded], d.ID)
		id := titles.Loose(d.ID)
		s.bySpelling[id] = append(s.bySpelling[id], d)
		if rest, year, ok := cutLast(id); ok && isYear(year) {
			s.bySpelling[rest] = append(s.bySpelling[rest], d)
		}
	}
	return s
}

// unique says whether no other document has the proposal's title: without an
// id the new title would be ambiguous.
func (s *shelf) unique(p Proposal) bool {
	ids := s.byTitle[judgments.FoldTitle(p.Title)]
	return len(ids) == 1 && ids[0] == p.ID && strings.TrimSpace(p.Title) != ""
}

// spelling finds the documents whose ids spell a title, with or without a
// year behind it, and whose own title is another one.
func (s *shelf) spelling(title string) []titles.Document {
	loose := titles.Loose(title)
	if len(loose) < 2 {
		return nil
	}
	var found []titles.Document
	for _, d := range s.bySpelling[loose] {
		if d.Title != "" && titles.Loose(d.Title) != loose {
			found = append(found, d)
		}
	}
	return found
}

func cutLast(words string) (before, last string, ok bool) {
	i := strings.LastIndexByte(words, ' ')
	if i < 0 {
		return "", "", false
	}
	return words[:i], words[i+1:], true
}

func isYear(word string) bool {
	return len(word) == 4 && strings.Trim(word, "0123456789") == ""
}
