package convert

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/releval/releval/judgments"
)

// readSuite loads a suite as it is run, all checks included.
func readSuite(path string) (*collection, error) {
	s, err := judgments.Load(path, judgments.Options{})
	if err != nil {
		return nil, err
	}
	return &collection{Suite: *s, Texts: true}, nil
}

// hasComments says whether a suite has comments that hold a line of their
// own. A file that cannot be read has none.
func hasComments(path string) bool {
	text, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	for line := range bytes.Lines(text) {
		if bytes.HasPrefix(bytes.TrimSpace(line), []byte("#")) {
			return true
		}
	}
	return false
}

// writeSuite writes a suite that judgments.Load accepts: what it would refuse
// is mended here and listed.
func writeSuite(out *output, c *collection) error {
	s := c.Suite
	s.File = out.path
	if len(c.Runs) > 0 && c.counts().Judgments == 0 {
		return fmt.Errorf("%s: the source holds rankings and no judgments, and a suite is judged queries", out.path)
	}
	if len(s.Search.Retriever) == 0 {
		return fmt.Errorf("%s: a suite says how to search, and the source does not; name the fields to search", out.path)
	}
	if !c.Texts {
		for _, q := range c.Suite.Queries {
			if q.Text == q.ID {
				out.lose("query", "without a text in the source, which gets its id as text; name a file with the texts by --queries", q.ID)
			}
		}
	}
	if s.Queries = mend(&out.ledger, c.Suite.Queries); len(s.Queries) == 0 {
		return fmt.Errorf("%s: the source holds no query with a text that can be read", out.path)
	}
	keepUsed(out, &s)
	out.noteRuns(c)
	if err := writeFields(out, c, &s); err != nil {
		return err
	}
	w, err := out.create("")
	if err != nil {
		return err
	}
	if err := judgments.Write(w, &s); err != nil {
		return err
	}
	return writeRaters(out, c, s)
}

// writeFields writes the documents that the source itself holds, and names
// their file in the suite.
func writeFields(out *output, c *collection, s *judgments.Suite) error {
	if len(c.fields) == 0 || s.Search.Documents != "" {
		return nil
	}
	if out.stream {
		out.noteMany(len(c.fields), "document", "not written, because a stream holds one file")
		return nil
	}
	base := baseName(out.path) + ".documents.ndjson"
	w, err := out.sibling(base)
	if err != nil {
		return err
	}
	for _, d := range c.fields {
		line := map[string]json.RawMessage{}
		if err := json.Unmarshal(d.Source, &line); err != nil {
			return err
		}
		if line["_id"], err = json.Marshal(d.ID); err != nil {
			return err
		}
		if err := jsonLine(w, line); err != nil {
			return err
		}
	}
	s.Search.Documents = filepath.Join(filepath.Dir(out.path), base)
	out.note("", fmt.Sprintf("%s in %s", counted(len(c.fields), "document"), s.Search.Documents), "")
	return nil
}

// writeRaters writes a suite of each rater's own grades beside the main one,
// for releval agree.
func writeRaters(out *output, c *collection, s judgments.Suite) error {
	if out.stream {
		return nil
	}
	names := map[string]bool{}
	for at, name := range c.raters {
		var unsaid ledger // what is lost of the grades is said of the main file
		s.Queries = mend(&unsaid, c.by(at))
		if len(s.Queries) == 0 {
			continue
		}
		base := baseName(out.path)
		base += "." + uniqueName(slug(name), names) + ".yaml"
		w, err := out.sibling(base)
		if err != nil {
			return err
		}
		if err := judgments.Write(w, &s); err != nil {
			return err
		}
		out.note("rater", "whose own grades are in a file for releval agree", filepath.Join(filepath.Dir(out.path), base))
	}
	return nil
}

// mend makes queries that a suite may hold.
func mend(out *ledger, queries []judgments.Query) []judgments.Query {
	var mended []judgments.Query
	byText := map[string]int{}
	ids := map[string]bool{}
	for _, q := range queries {
		q.Text = printable(q.Text)
		if strings.TrimSpace(q.Text) == "" {
			out.lose("query", "left out, because it has no text", q.ID)
			continue
		}
		q.InferenceText = printable(q.InferenceText)
		if q.InferenceText == "" {
			q.InferenceText = q.Text
		}
		if q.ID == q.Text && (hasSpace(q.ID) || len(q.ID) > judgments.MaxQueryID) {
			// An export without ids of its own.
			q.ID = ""
		}
		if q.ID == "" {
			key := judgments.FoldTitle(q.Text)
			if q.InferenceText != q.Text {
				key += "\x00" + judgments.FoldTitle(q.InferenceText)
			}
			for _, p := range q.Params {
				key += "\x00" + p.Name + "\x00" + string(p.Value)
			}
			if i, ok := byText[key]; ok {
				out.lose("query", "with the text of another and no id, put together with it", fmt.Sprintf("%q", q.Text))
				mended[i].Relevant = append(mended[i].Relevant, q.Relevant...)
				continue
			}
			byText[key] = len(mended)
		}
		if id := strings.Join(strings.Fields(printable(q.ID)), "-"); id != q.ID {
			out.note("query id", "with white space, which becomes a hyphen", fmt.Sprintf("%q", q.ID))
			q.ID = id
		}
		for n := 2; q.ID != "" && ids[q.ID]; n++ {
			q.ID = fmt.Sprintf("%s-%d", strings.TrimSuffix(q.ID, fmt.Sprintf("-%d", n-1)), n)
		}
		if len(q.ID) > judgments.MaxQueryID {
			out.note("query id", fmt.Sprintf("longer than %d bytes, made from the text instead", judgments.MaxQueryID), fmt.Sprintf("%.40q...", q.ID))
			q.ID = ""
		}
		ids[q.ID] = true
		mended = append(mended, q)
	}
	for i := range mended {
		mended[i].Relevant = mendJudgments(out, &mended[i])
	}
	return mended
}

// mendJudgments drops what a suite refuses among one query's judgments.
func mendJudgments(out *ledger, q *judgments.Query) []judgments.Judgment {
	var mended []judgments.Judgment
	byID := map[string]int{}
	bare := map[string]int{}
	withID := map[string]bool{}
	for _, j := range q.Relevant {
		if j.ID != "" && j.Title != "" {
			withID[judgments.FoldTitle(j.Title)] = true
		}
	}
	for _, j := range q.Relevant {
		if strings.TrimSpace(j.Title) != "" && !judgments.CanHold(j.Title) {
			out.lose("title", "without its control characters, so that it may match no document", named(q, j))
		}
		j.Title, j.ID, j.Index = strings.TrimSpace(printable(j.Title)), printable(j.ID), printable(j.Index)
		if strings.TrimSpace(j.ID) == "" {
			j.ID = ""
		}
		if j.Title == "" && j.ID == "" {
			out.lose("judgment", "left out, because it names no document", q.Text)
			continue
		}
		if j.Grade < 0 {
			out.note("grade", "below 0, which a suite says as 0: judged non-relevant", named(q, j))
			j.Grade = 0
		}
		first, seen := -1, false
		folded := judgments.FoldTitle(j.Title)
		switch {
		case j.ID != "":
			first, seen = lookUp(byID, j.Index+"\x00"+j.ID)
		case withID[folded]:
			out.lose("judgment", "of a title that another judgment names with an id, left out", named(q, j))
			continue
		default:
			first, seen = lookUp(bare, folded)
		}
		if seen {
			if mended[first].Grade != j.Grade {
				out.lose("judgment", "given twice with different grades, of which the higher is kept", fmt.Sprintf("%s (%g and %g)", named(q, j), mended[first].Grade, j.Grade))
				mended[first].Grade = max(mended[first].Grade, j.Grade)
			}
			continue
		}
		if j.ID != "" {
			byID[j.Index+"\x00"+j.ID] = len(mended)
		} else {
			bare[folded] = len(mended)
		}
		mended = append(mended, j)
	}
	return mended
}

func lookUp(m map[string]int, key string) (int, bool) {
	i, ok := m[key]
	return i, ok
}

// printable drops the control characters that a suite refuses.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			if unicode.IsSpace(r) {
				return ' '
			}
			return -1
		}
		return r
	}, s)
}
