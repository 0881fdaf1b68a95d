package pool

import (
	"regexp"

	"github.com/releval/releval/judgments"
)

// File is a pool file: candidates with the grades that were filled in.
type File struct {
	// Path is where it was read from, Suite the name of its suite.
	Path, Suite string
	Queries     []FileQuery

	text []byte
}

// FileQuery is a query of a pool file.
type FileQuery struct {
	judgments.Position
	ID, Text string
	// InferenceText is what the reranker is asked; empty where it is Text.
	InferenceText string
	Candidates    []FileCandidate
}

// FileCandidate is a document of a pool file.
type FileCandidate struct {
	// Position is that of the grade.
	judgments.Position
	Title, ID, Text string
	// Grade is nil where nobody has filled it in.
	Grade *float64

	start, end int // the grade's bytes
}

// Count counts the candidates, and those with a grade.
func (f *File) Count() (all, graded int) {
	for _, q := range f.Queries {
		all += len(q.Candidates)
		for _, c := range q.Candidates {
			if c.Grade != nil {
				graded++
			}
		}
	}
	return all, graded
}

// IsPool says whether a text is a pool file, and no suite: whether it has the
// key pool at its left edge.
func IsPool(text []byte) bool { return poolKey.Match(text) }

var poolKey = regexp.MustCompile(`(?m)^\x{FEFF}?pool:[ \t]`)
