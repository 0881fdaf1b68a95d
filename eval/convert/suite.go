package convert

import (
	"bytes"
	"fmt"
	"os"
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
	if len(c.Runs) > 0 && c.Judged() == 0 {
		return fmt.Errorf("%s: the source holds rankings and no judgments, and a suite is judged queries", out.path)
	}
	if len(s.Search.Retriever) == 0 {
		return fmt.Errorf("%s: a suite says how to search, and the source does not; name the fields to search", out.path)
	}
	if !c.Texts {
		out.lose("the texts of the queries are not in the source, and the ids are used in their place; name a file with the texts")
	}
	if s.Queries = mend(out, c.Suite.Queries); len(s.Queries) == 0 {
		return fmt.Errorf("%s: the source holds no query with a text that can be read", out.path)
	}
	out.lostRuns(c)
	w, err := out.create("")
	if err != nil {
		return err
	}
	return judgments.Write(w, &s)
}

// mend makes queries that a suite may hold.
func mend(out *output, queries []judgments.Query) []judgments.Query {
	var mended []judgments.Query
	byText := map[string]int{}
	ids := map[string]bool{}
	for _, q := range queries {
		q.Text = printable(q.Text)
		if strings.TrimSpace(q.Text) == "" {
			out.notes.add("%d queries have no text, and are left out", q.ID)
			continue
		}
		q.InferenceText = printable(q.InferenceText)
		if q.InferenceText == "" {
			q.InferenceText = q.Text
		}
		key := judgments.FoldTitle(q.Text)
		if q.InferenceText != q.Text {
			key += "\x00" + judgments.FoldTitle(q.InferenceText)
		}
		if i, ok := byText[key]; ok {
			out.notes.add("%d queries have the text of another, and are put together with it", fmt.Sprintf("%q (%s and %s)", q.Text, mended[i].ID, q.ID))
			mended[i].Relevant = append(mended[i].Relevant, q.Relevant...)
			continue
		}
		byText[key] = len(mended)
		if q.ID == q.Text && (hasSpace(q.ID) || len(q.ID) > judgments.MaxQueryID) {
			// An export without ids of its own.
			q.ID = ""
		}
		if id := strings.Join(strings.Fields(printable(q.ID)), "-"); id != q.ID {
			out.notes.add("%d query ids have white space in them, and get hyphens", fmt.Sprintf("%q", q.ID))
			q.ID = id
		}
		for n := 2; q.ID != "" && ids[q.ID]; n++ {
			q.ID = fmt.Sprintf("%s-%d", strings.TrimSuffix(q.ID, fmt.Sprintf("-%d", n-1)), n)
		}
		if len(q.ID) > judgments.MaxQueryID {
			out.notes.add(fmt.Sprintf("%%d query ids are longer than %d bytes, and are made from the text instead", judgments.MaxQueryID), fmt.Sprintf("%.40q...", q.ID))
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
func mendJudgments(out *output, q *judgments.Query) []judgments.Judgment {
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
			out.notes.add("%d titles lose their control characters, and may match no document then", named(q, j))
		}
		j.Title, j.ID = strings.TrimSpace(printable(j.Title)), printable(j.ID)
		if strings.TrimSpace(j.ID) == "" {
			j.ID = ""
		}
		if j.Title == "" && j.ID == "" {
			out.notes.add("%d judgments name no document, and are left out", q.Text)
			continue
		}
		if j.Grade < 0 {
			out.notes.add("%d grades are negative, which a suite says as 0: judged non-relevant", named(q, j))
			j.Grade = 0
		}
		first, seen := -1, false
		folded := judgments.FoldTitle(j.Title)
		switch {
		case j.ID != "":
			first, seen = lookUp(byID, j.ID)
		case withID[folded]:
			out.notes.add("%d judgments name a title that another judgment names with an id, and are left out", named(q, j))
			continue
		default:
			first, seen = lookUp(bare, folded)
		}
		if seen {
			if mended[first].Grade != j.Grade {
				out.notes.add("%d judgments are given twice with different grades, and the higher is kept", fmt.Sprintf("%s (%g and %g)", named(q, j), mended[first].Grade, j.Grade))
				mended[first].Grade = max(mended[first].Grade, j.Grade)
			}
			continue
		}
		if j.ID != "" {
			byID[j.ID] = len(mended)
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
