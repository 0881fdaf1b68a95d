package check

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/eval/text"
)

// Write prints findings a line each, as file:line:column: message, which
// editors and terminals link. Warnings, notes and what was fixed are marked.
func Write(w io.Writer, found []Finding) error {
	for _, f := range found {
		if _, err := fmt.Fprintf(w, "%s: %s%s\n", f.Position, mark(f), text.Clean(f.Message)); err != nil {
			return err
		}
	}
	return nil
}

func mark(f Finding) string {
	switch {
	case f.Fixed:
		return fmt.Sprintf("fixed, now %q: ", f.Rename.To)
	case f.Severity == preflight.SeverityError:
		return ""
	}
	return string(f.Severity) + ": "
}

// jsonFinding is a finding as JSON.
type jsonFinding struct {
	File      string             `json:"file"`
	Line      int                `json:"line,omitempty"`
	Column    int                `json:"column,omitempty"`
	Severity  preflight.Severity `json:"severity"`
	Kind      Kind               `json:"kind"`
	Query     string             `json:"query,omitempty"`
	Title     string             `json:"title,omitempty"`
	ID        string             `json:"id,omitempty"`
	Message   string             `json:"message"`
	Proposals []Proposal         `json:"proposals,omitempty"`
	Rename    string             `json:"rename,omitempty"`
	Certain   bool               `json:"certain,omitempty"`
	Fixed     bool               `json:"fixed,omitempty"`
}

// WriteJSON prints findings as one JSON object with the counts.
func WriteJSON(w io.Writer, found []Finding) error {
	all := struct {
		Counts
		Findings []jsonFinding `json:"findings"`
	}{Count(found), make([]jsonFinding, len(found))}
	for i, f := range found {
		j := jsonFinding{
			File: f.File, Line: f.Line, Column: f.Column, Severity: f.Severity, Kind: f.Kind,
			Query: f.Query, Title: f.Title, ID: f.ID, Message: f.Message, Proposals: f.Proposals, Fixed: f.Fixed,
		}
		if f.Rename != nil {
			j.Rename, j.Certain = f.Rename.To, f.Rename.Certain
		}
		all.Findings[i] = j
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(all)
}
