package judge

import (
	"fmt"
	"os"

	"github.com/releval/releval/eval/pool"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/edit"
)

// Item is a document to be judged for a query.
type Item struct {
	// Query is what is searched for, Asked what the reranker is asked; empty
	// where it is the same.
	Query, Asked string
	// Title, Detail and Text describe the document; Detail is its id where
	// the title does not say which it is.
	Title, Detail, Text string
	// Grade is nil where the item is not judged.
	Grade *float64
}

// Book holds items and keeps their grades.
type Book interface {
	// Name is what the screen calls it, File where grades are kept.
	Name() string
	File() string
	// Items are all items, in the order in which they are asked.
	Items() []Item
	// Set keeps a grade, or takes it back where it is nil. When it returns
	// without an error the grade is on the disk.
	Set(item int, grade *float64) error
}

// PoolBook keeps grades in a pool file.
type PoolBook struct {
	file  *pool.File
	items []Item
	at    [][2]int // query and candidate of each item
}

// NewPoolBook makes a book of a pool file.
func NewPoolBook(f *pool.File) *PoolBook {
	b := &PoolBook{file: f}
	for q, query := range f.Queries {
		for c, candidate := range query.Candidates {
			b.items = append(b.items, Item{
				Query: query.Text, Asked: query.InferenceText,
				Title: candidate.Title, Detail: candidate.ID, Text: candidate.Text, Grade: candidate.Grade,
			})
			b.at = append(b.at, [2]int{q, c})
		}
	}
	return b
}

// Name is the suite's name.
func (b *PoolBook) Name() string { return b.file.Suite }

// File is the pool file.
func (b *PoolBook) File() string { return b.file.Path }

// Items are the candidates in the file's order.
func (b *PoolBook) Items() []Item { return b.items }

// Set writes the grade into the file. It refuses where someone else changed
// the file meanwhile.
func (b *PoolBook) Set(item int, grade *float64) error {
	text, changed, err := b.file.Grade(b.at[item][0], b.at[item][1], grade)
	if err != nil {
		return err
	}
	now, err := os.ReadFile(b.file.Path)
	if err != nil {
		return err
	}
	if !b.file.Is(now) {
		return fmt.Errorf("%s: changed by someone else; quit, and start again", b.file.Path)
	}
	if err := edit.WriteFile(b.file.Path, text); err != nil {
		return err
	}
	b.file = changed
	b.items[item].Grade = grade
	return nil
}

// SuiteBook keeps grades in a suite, as judgments behind its own.
type SuiteBook struct {
	suite *judgments.Suite
	base  []byte // the suite's text before the first grade
	last  []byte // and as it was written last
	items []Item
	at    []place
}

// place is what an item stands for in the suite.
type place struct {
	query     int
	title, id string
	index     string // beside the id, where the run covers several
}

// NewSuiteBook makes a book of a suite, whose file holds the text, and of the
// candidates of its queries.
func NewSuiteBook(s *judgments.Suite, text []byte, candidates *pool.Pool) *SuiteBook {
	b := &SuiteBook{suite: s, base: text, last: text}
	for _, q := range candidates.Queries {
		for _, c := range q.Candidates {
			item := Item{Query: q.Text, Asked: q.InferenceText, Title: c.Title, Text: c.Text}
			at := place{query: q.Number, title: c.Title}
			if c.NeedsID {
				item.Detail, at.id, at.index = c.ID, c.ID, c.Index
			}
			if !judgments.CanHold(at.title) {
				// A suite cannot write such a title, but it can name the document.
				at.title, at.id, at.index = "", c.ID, c.Index
			}
			b.items, b.at = append(b.items, item), append(b.at, at)
		}
	}
	return b
}

// Name is the suite's name.
func (b *SuiteBook) Name() string { return b.suite.Name }

// File is the suite's file.
func (b *SuiteBook) File() string { return b.suite.File }

// Items are the candidates in the pool's order.
func (b *SuiteBook) Items() []Item { return b.items }

// Set writes the suite again, with all grades given so far. It refuses where
// someone else changed the file meanwhile.
func (b *SuiteBook) Set(item int, grade *float64) error {
	before := b.items[item].Grade
	b.items[item].Grade = grade
	err := b.save()
	if err != nil {
		b.items[item].Grade = before
	}
	return err
}

func (b *SuiteBook) save() error {
	e, err := edit.Open(b.suite, b.base)
	if err != nil {
		return err
	}
	more := make(map[int][]judgments.Judgment)
	for i, item := range b.items {
		if item.Grade != nil {
			more[b.at[i].query] = append(more[b.at[i].query], judgments.Judgment{Title: b.at[i].title, ID: b.at[i].id, Index: b.at[i].index, Grade: *item.Grade})
		}
	}
	for query, list := range more {
		if err := e.Judge(query, list); err != nil {
			return err
		}
	}
	text, err := e.Text()
	if err != nil {
		return err
	}
	now, err := os.ReadFile(b.suite.File)
	if err != nil {
		return err
	}
	if string(now) != string(b.last) {
		return fmt.Errorf("%s: changed by someone else; quit, and start again", b.suite.File)
	}
	if err := edit.WriteFile(b.suite.File, text); err != nil {
		return err
	}
	b.last = text
	return nil
}
