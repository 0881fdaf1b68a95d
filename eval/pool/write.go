package pool

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments/tree"
)

// Write writes the candidates as YAML to fill in. File and suite are the
// names that the instructions at its top use.
func (p *Pool) Write(w io.Writer, file, suite string) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, `# Documents to judge for the suite %s, made by releval pool.
#
# Put a grade in the place of each ?: 0 is not relevant, and a higher grade is
# more relevant; %s is the highest. Leave the ? where you cannot tell. Then
#
#   releval pool --merge %s %s
#
# puts the grades into the suite. Or judge at the terminal:
#
#   releval judge %s
#
`, text.Clean(p.Suite), strconv.FormatFloat(p.MaxGrade, 'f', -1, 64), file, suite, file)
	p.writeOpen(b)
	if p.Blind {
		fmt.Fprintf(b, "# The documents of a query are in no order.\n")
	} else {
		fmt.Fprintf(b, "# Then comes what could change the verdict most: how far %s of a system\n# against the first stage would move if the document got the highest grade.\n", p.Metric)
	}
	fmt.Fprintf(b, "pool: %s\nqueries:\n", tree.Scalar(p.Suite))
	if len(p.Queries) == 0 {
		fmt.Fprintf(b, "  []\n")
	}
	for _, q := range p.Queries {
		fmt.Fprintf(b, "  - id: %s\n    query: %s\n", tree.Scalar(q.ID), tree.Scalar(q.Text))
		if q.InferenceText != "" && q.InferenceText != q.Text {
			fmt.Fprintf(b, "    inference_text: %s\n", tree.Scalar(q.InferenceText))
		}
		fmt.Fprintf(b, "    candidates:\n")
		for _, c := range q.Candidates {
			if !p.Blind {
				fmt.Fprintf(b, "      # %s\n", text.Clean(c.where(p.Metric)))
			}
			fmt.Fprintf(b, "      - grade: ?\n")
			field(b, "title", c.Title)
			if c.NeedsID {
				field(b, "id", c.ID)
				field(b, "index", c.Index)
			}
			for _, title := range c.Others {
				fmt.Fprintf(b, "        # also titled %s\n", tree.Scalar(title))
			}
			field(b, "text", c.Text)
		}
	}
	return b.Flush()
}

// writeOpen says what judging could settle. Where the judge is not to know
// which system found what, it says how many documents, and no sign.
func (p *Pool) writeOpen(w io.Writer) {
	if len(p.Open) == 0 {
		fmt.Fprintf(w, "# No judgment can turn the sign of a comparison.\n")
		return
	}
	for _, s := range p.Open {
		if !p.Blind {
			said := "no few judgments settle its sign"
			if s.Documents > 0 {
				said = fmt.Sprintf("judging %s could settle its sign", text.Count(s.Documents, "document"))
			}
			fmt.Fprintf(w, "# %s against %s: %s %s as things stand,\n# from %s to %s if all unjudged hits were judged; %s.\n", text.Clean(s.System), text.Clean(s.Base), p.Metric,
				text.Signed(s.Difference, 3), text.Signed(s.Low, 3), text.Signed(s.High, 3), said)
		}
	}
	n := p.Settling()
	switch {
	case n == 0:
		fmt.Fprintf(w, "#\n")
	case p.Blind:
		fmt.Fprintf(w, "# %s among these could settle the sign of a comparison.\n#\n", text.Count(n, "document"))
	default:
		fmt.Fprintf(w, "# These come first in their queries, and their queries before others; in all they are\n# %s. If none of them is relevant, the other unjudged hits cannot turn the sign;\n# if one is, list again.\n#\n", text.Count(n, "document"))
	}
}

func field(w io.Writer, key, value string) {
	if value != "" {
		fmt.Fprintf(w, "        %s: %s\n", key, tree.Scalar(value))
	}
}

// where says which systems found the candidate, and what it could change.
func (c *Candidate) where(metric string) string {
	ranks := make([]string, len(c.Ranks))
	for i, r := range c.Ranks {
		ranks[i] = fmt.Sprintf("%s %d", r.System, r.Rank)
	}
	where := fmt.Sprintf("rank: %s; could move %s by %.3f", strings.Join(ranks, ", "), metric, c.Impact)
	if c.Settles > 0 {
		where += "; could settle a comparison"
	}
	return where
}
