package check

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/releval/releval/eval/preflight"
	"github.com/releval/releval/eval/text"
)

// perKind is how many annotations of a kind GitHub shows for a step; the
// rest it drops without a word.
const perKind = 10

// WriteAnnotations prints findings as workflow commands, which GitHub shows
// beside the lines of a change: ten errors, warnings and notices at the most,
// the last of which says how many more there are. Workspace is the folder of
// the checkout, which file names count from; "" for the working directory.
func WriteAnnotations(w io.Writer, found []Finding, workspace string) error {
	for _, kind := range []struct {
		severity preflight.Severity
		command  string
	}{{preflight.SeverityError, "error"}, {preflight.SeverityWarning, "warning"}, {preflight.SeverityNote, "notice"}} {
		var these []Finding
		for _, f := range found {
			if f.Severity == kind.severity && !f.Fixed {
				these = append(these, f)
			}
		}
		for i, f := range these {
			if i == perKind-1 && len(these) > perKind {
				_, err := fmt.Fprintf(w, "::%s title=releval::%d more; releval check lists them all\n", kind.command, len(these)-i)
				if err != nil {
					return err
				}
				break
			}
			place := "file=" + property(relative(f.File, workspace))
			if f.Line > 0 {
				place += fmt.Sprintf(",line=%d,col=%d", f.Line, f.Column)
			}
			if _, err := fmt.Fprintf(w, "::%s %s,title=%s::%s\n", kind.command, place, property("releval: "+string(f.Kind)), data(text.Clean(f.Message))); err != nil {
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

// data escapes a workflow command's message, property one of its properties.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func property(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
