package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/releval/releval/eval/check"
	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/eval/text"
)

// WriteCheck prints findings a line each, as file:line:column: message, which
// editors and terminals link. Warnings, notes and what was fixed are marked.
func WriteCheck(w io.Writer, found []check.Finding) error {
	for _, f := range found {
		if _, err := fmt.Fprintf(w, "%s: %s%s\n", f.Position, checkMark(f), text.Clean(f.Message)); err != nil {
			return err
		}
	}
	return nil
}

func checkMark(f check.Finding) string {
	switch {
	case f.Fixed:
		return fmt.Sprintf("fixed, now %q: ", f.Rename.To)
	case f.Severity == preflight.SeverityError:
		return ""
	}
	return string(f.Severity) + ": "
}

// jsonCheckFinding is a finding as JSON.
type jsonCheckFinding struct {
	File      string             `json:"file"`
	Line      int                `json:"line,omitempty"`
	Column    int                `json:"column,omitempty"`
	Severity  preflight.Severity `json:"severity"`
	Kind      check.Kind         `json:"kind"`
	Query     string             `json:"query,omitempty"`
	Title     string             `json:"title,omitempty"`
	ID        string             `json:"id,omitempty"`
	Message   string             `json:"message"`
	Proposals []check.Proposal   `json:"proposals,omitempty"`
	Rename    string             `json:"rename,omitempty"`
	Certain   bool               `json:"certain,omitempty"`
	Fixed     bool               `json:"fixed,omitempty"`
}

// WriteCheckJSON prints findings as one JSON object with the counts.
func WriteCheckJSON(w io.Writer, found []check.Finding) error {
	all := struct {
		check.Counts
		Findings []jsonCheckFinding `json:"findings"`
	}{check.Count(found), make([]jsonCheckFinding, len(found))}
	for i, f := range found {
		j := jsonCheckFinding{
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

// annotationsShown is how many annotations of a kind GitHub shows for a step; the
// rest it drops without a word.
const annotationsShown = 10

// WriteAnnotations prints findings as workflow commands, which GitHub shows
// beside the lines of a change: ten errors, warnings and notices at the most,
// the last of which says how many more there are and, by all, where they are
// listed. Workspace is the folder of the checkout, which file names count from;
// "" for the working directory.
func WriteAnnotations(w io.Writer, found []check.Finding, workspace, all string) error {
	for _, kind := range []struct {
		severity preflight.Severity
		command  string
	}{{preflight.SeverityError, "error"}, {preflight.SeverityWarning, "warning"}, {preflight.SeverityNote, "notice"}} {
		var these []check.Finding
		for _, f := range found {
			if f.Severity == kind.severity && !f.Fixed {
				these = append(these, f)
			}
		}
		for i, f := range these {
			if i == annotationsShown-1 && len(these) > annotationsShown {
				_, err := fmt.Fprintf(w, "::%s title=releval::%d more; %s\n", kind.command, len(these)-i, all)
				if err != nil {
					return err
				}
				break
			}
			place := ""
			if f.File != "" {
				place = "file=" + commandProperty(relative(f.File, workspace)) + ","
			}
			if f.Line > 0 {
				place += fmt.Sprintf("line=%d,col=%d,", f.Line, f.Column)
			}
			if _, err := fmt.Fprintf(w, "::%s %stitle=%s::%s\n", kind.command, place, commandProperty("releval: "+string(f.Kind)), commandData(text.Clean(f.Message))); err != nil {
				return err
			}
		}
	}
	return nil
}

// relative gives a file's name from the workspace, as GitHub wants it.
func relative(file, workspace string) string {
	if workspace == "" {
		return filepath.ToSlash(file)
	}
	absolute, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	name, err := filepath.Rel(workspace, absolute)
	if err != nil || strings.HasPrefix(name, "..") {
		return filepath.ToSlash(file)
	}
	return filepath.ToSlash(name)
}

// commandData escapes a workflow command's message, commandProperty one of its
// properties.
func commandData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func commandProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
