package edit

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/releval/releval/judgments"
)

const head = `# A suite with everything that an edit could spoil.
name: t
search: {index: i, title_field: title, retriever: {standard: {query: "{{query}}"}}}
queries:
`

func open(t interface {
	Helper()
	Fatal(...any)
}, queries string) *Suite {
	t.Helper()
	text := []byte(head + queries)
	s, err := judgments.Parse("t.yaml", text, judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := Open(s, text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// retitleJudgment and retitleExpectation change one title.
func retitleJudgment(e *Suite, query, judgment int, title string) error {
	return e.Retitle([]Retitle{{Query: query, Judgment: judgment, Expectation: -1, Title: title}})[0]
}

func retitleExpectation(e *Suite, query, expectation int, before bool, title string) error {
	return e.Retitle([]Retitle{{Query: query, Judgment: -1, Expectation: expectation, Before: before, Title: title}})[0]
}

// result is the edited queries without the head.
func result(t *testing.T, e *Suite) string {
	t.Helper()
	text, err := e.Text()
	if err != nil {
		t.Fatal(err)
	}
	rest, ok := strings.CutPrefix(string(text), head)
	if !ok {
		t.Fatalf("the head changed:\n%s", text)
	}
	return rest
}

func TestRetitle(t *testing.T) {
	for _, c := range []struct{ name, before, title, after string }{
		{"plain", "- query: q\n  relevant:\n    - Alien # 1979\n", "Aliens", "- query: q\n  relevant:\n    - Aliens # 1979\n"},
		{"plain becomes quoted", "- query: q\n  relevant:\n    - Alien # 1979\n", "Alien: Covenant", "- query: q\n  relevant:\n    - \"Alien: Covenant\" # 1979\n"},
		{"number", "- query: q\n  relevant: [Alien]\n", "1917", "- query: q\n  relevant: [\"1917\"]\n"},
		{"double", "- query: q\n  relevant: [\"Al\\\"ien\", B]\n", "Say \"Hi\"", "- query: q\n  relevant: [\"Say \\\"Hi\\\"\", B]\n"},
		{"single", "- query: q\n  relevant: ['Al''ien', B]\n", "Ocean's", "- query: q\n  relevant: ['Ocean''s', B]\n"},
		{"flow mapping", "- query: q\n  relevant:\n    - {grade: 2, title: Ålien,  id: x}  # y\n", "Ünder", "- query: q\n  relevant:\n    - {grade: 2, title: Ünder,  id: x}  # y\n"},
		{"block mapping", "- query: q\n  relevant:\n    - grade: 2\n      # why\n      title: Alien\n", "It", "- query: q\n  relevant:\n    - grade: 2\n      # why\n      title: It\n"},
		{"anchor", "- query: q\n  relevant:\n    - &a Alien\n- query: r\n  relevant: [B]\n", "It", "- query: q\n  relevant:\n    - &a It\n- query: r\n  relevant: [B]\n"},
		{"line separators before", "- query: \"a\u2028b\"\n  relevant: [Alien, \"x\u2029y\"]\n", "It", "- query: \"a\u2028b\"\n  relevant: [It, \"x\u2029y\"]\n"},
		{"wide letters before", "- {query: q, tags: [日本語], relevant: [Alien]}\n", "It", "- {query: q, tags: [日本語], relevant: [It]}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := open(t, c.before)
			if err := retitleJudgment(e, 0, 0, c.title); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.after, result(t, e)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRetitleExpectation(t *testing.T) {
	e := open(t, "- query: q\n  relevant: [A]\n  expect:\n    - {title: A, within: 3} # A\n    - title: A\n      before: B\n")
	for _, err := range []error{retitleExpectation(e, 0, 0, false, "A1"), retitleExpectation(e, 0, 1, true, "B1")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := "- query: q\n  relevant: [A]\n  expect:\n    - {title: A1, within: 3} # A\n    - title: A\n      before: B1\n"
	if diff := cmp.Diff(want, result(t, e)); diff != "" {
		t.Error(diff)
	}
}

// TestRetitleSome wants what can be changed to be changed, whatever stands
// beside it.
func TestRetitleSome(t *testing.T) {
	e := open(t, "- query: q\n  relevant:\n    - A\n    - The Long\n      Goodbye\n    - >-\n      Folded\n    - &s Shared\n    - &t Taken\n"+
		"- query: r\n  relevant: [*s, *t, B]\n  expect: [{title: *s, within: 1}]\n"+
		"- query: s\n  relevant: &list [C]\n- query: u\n  relevant: *list\n")
	judgment := func(query, judgment int, title string) Retitle {
		return Retitle{Query: query, Judgment: judgment, Expectation: -1, Title: title}
	}
	failed := e.Retitle([]Retitle{
		judgment(0, 0, "A2"),
		judgment(0, 1, "L2"), judgment(0, 2, "F2"),
		judgment(0, 3, "S2"), judgment(1, 0, "S2"), {Query: 1, Judgment: -1, Expectation: 0, Title: "S2"},
		judgment(0, 4, "T2"),
		judgment(1, 2, "B2"),
		judgment(2, 0, "C2"),
	})
	var got []int
	for i, err := range failed {
		if err != nil {
			got = append(got, i)
		}
	}
	if diff := cmp.Diff([]int{1, 2, 6, 8}, got); diff != "" {
		t.Errorf("%s%v", diff, failed)
	}
	want := "- query: q\n  relevant:\n    - A2\n    - The Long\n      Goodbye\n    - >-\n      Folded\n    - &s S2\n    - &t Taken\n" +
		"- query: r\n  relevant: [*s, *t, B2]\n  expect: [{title: *s, within: 1}]\n" +
		"- query: s\n  relevant: &list [C]\n- query: u\n  relevant: *list\n"
	if diff := cmp.Diff(want, result(t, e)); diff != "" {
		t.Error(diff)
	}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct{ name, before, after string }{
		{"block", "- query: q\n  relevant:\n    - A # a\n    # the end\n\n- query: r\n  relevant: [X]\n", "- query: q\n  relevant:\n    - A # a\n    - {title: P, grade: 2}\n    - M\n    # the end\n\n- query: r\n  relevant: [X]\n"},
		{"block at the key's indentation", "- query: q\n  relevant:\n  - A\n  tags: [t]\n", "- query: q\n  relevant:\n  - A\n  - {title: P, grade: 2}\n  - M\n  tags: [t]\n"},
		{"last item over several lines", "- query: q\n  relevant:\n    - title: A\n\n      grade: 3\n  id: x\n", "- query: q\n  relevant:\n    - title: A\n\n      grade: 3\n    - {title: P, grade: 2}\n    - M\n  id: x\n"},
		{"no newline at the end", "- query: q\n  relevant:\n    - A", "- query: q\n  relevant:\n    - A\n    - {title: P, grade: 2}\n    - M\n"},
		{"flow", "- query: q\n  relevant: [A, {title: 'B]', id: b}] # x\n", "- query: q\n  relevant: [A, {title: 'B]', id: b}, {title: P, grade: 2}, M] # x\n"},
		{"flow over lines", "- query: q\n  relevant: [\n    A, # ]\n    \"B\", # x\n  ]\n", "- query: q\n  relevant: [\n    A, # ]\n    \"B\", {title: P, grade: 2}, M, # x\n  ]\n"},
		{"quotes within words", "- query: q\n  relevant: [Who 'Me', B'ob]\n", "- query: q\n  relevant: [Who 'Me', B'ob, {title: P, grade: 2}, M]\n"},
		{"none", "- query: q\n  tags: [t]\n\n# next\n- query: r\n  relevant: [X]\n", "- query: q\n  tags: [t]\n  relevant:\n    - {title: P, grade: 2}\n    - M\n\n# next\n- query: r\n  relevant: [X]\n"},
		{"empty", "- query: q\n  relevant: []\n  tags: [t]\n", "- query: q\n  relevant:\n    - {title: P, grade: 2}\n    - M\n  tags: [t]\n"},
		{"empty with a comment", "- query: q\n  relevant: [] # none yet\n", "- query: q\n  relevant: # none yet\n    - {title: P, grade: 2}\n    - M\n"},
		{"empty over lines", "- query: q\n  relevant: [\n  ]\n  tags: [t]\n", "- query: q\n  relevant:\n    - {title: P, grade: 2}\n    - M\n  tags: [t]\n"},
		{"empty at the end", "- query: q\n  relevant: []", "- query: q\n  relevant:\n    - {title: P, grade: 2}\n    - M\n"},
		{"flow query", "- {query: q}\n- {query: r, relevant: [X]}\n", "- {query: q, relevant: [{title: P, grade: 2}, M]}\n- {query: r, relevant: [X]}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := open(t, c.before)
			if err := e.Judge(0, []judgments.Judgment{{Title: "P", Grade: 2}, {Title: "M", Grade: 1}}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.after, result(t, e)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWindowsLineEnds(t *testing.T) {
	for before, after := range map[string]string{
		"- query: q\n  relevant:\n    - A\n":        "- query: q\n  relevant:\n    - A\n    - P\n    - Q\n",
		"- query: q\n  relevant: []\n  tags: [t]\n": "- query: q\n  relevant:\n    - P\n    - Q\n  tags: [t]\n",
		"- query: q\n": "- query: q\n  relevant:\n    - P\n    - Q\n",
	} {
		windowsLineEnds(t, before, after)
	}
}

func windowsLineEnds(t *testing.T, before, after string) {
	t.Helper()
	text := strings.ReplaceAll(head+before, "\n", "\r\n")
	s, err := judgments.Parse("t.yaml", []byte(text), judgments.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := Open(s, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Judge(0, []judgments.Judgment{{Title: "P", Grade: 1}, {Title: "Q", Grade: 1}}); err != nil {
		t.Fatal(err)
	}
	got, err := e.Text()
	if want := strings.ReplaceAll(head+after, "\n", "\r\n"); err != nil || string(got) != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

// TestRefuses wants an error and no text where an edit would change more than
// it should.
func TestRefuses(t *testing.T) {
	for _, c := range []struct{ name, queries, want string }{
		{"a title over several lines", "- query: q\n  relevant:\n    - The Long\n      Goodbye\n", "several lines"},
		{"a folded block", "- query: q\n  relevant:\n    - >-\n      Alien\n", "several lines"},
		{"a title that stands for something else too", "- query: q\n  relevant: [&a Alien]\n- query: *a\n  relevant: [B]\n", "by hand"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := open(t, c.queries)
			err := retitleJudgment(e, 0, 0, "It")
			if err == nil {
				_, err = e.Text()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	t.Run("a list that is an alias", func(t *testing.T) {
		e := open(t, "- query: q\n  relevant: &r [A]\n- query: r\n  relevant: *r\n")
		err := e.Judge(1, []judgments.Judgment{{Title: "P", Grade: 1}})
		if err == nil || !strings.Contains(err.Error(), "t.yaml:8:13: the judgments of the query \"r\" are an alias") {
			t.Error(err)
		}
	})
	t.Run("a list that an alias shares", func(t *testing.T) {
		e := open(t, "- query: q\n  relevant: &r [A]\n- query: r\n  relevant: *r\n")
		if err := e.Judge(0, []judgments.Judgment{{Title: "P", Grade: 1}}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Text(); err == nil {
			t.Error("the other query got the judgment too, without an error")
		}
	})
	t.Run("a file that changed", func(t *testing.T) {
		s, err := judgments.Parse("t.yaml", []byte(head+"- query: q\n"), judgments.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(s, []byte(head)); err == nil || !strings.Contains(err.Error(), "changed since") {
			t.Error(err)
		}
	})
}

func TestUnusedAnchors(t *testing.T) {
	e := open(t, "- query: q\n  relevant: [&a A, &b B]\n- query: r\n  relevant: [*a]\n")
	got := e.UnusedAnchors()
	if len(got) != 1 || got[0].String() != "t.yaml:6:20: the definition &b is never used; remove it, or use it as *b" {
		t.Error(got)
	}
}

// TestAnyTitle gives judgments any title, in every style, and reads it back.
func TestAnyTitle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		title := rapid.StringMatching(`[ -~äß日\t]{0,20}[!-~]`).Draw(t, "title")
		old := rapid.SampledFrom([]string{"- A", "- 'A'", "- \"A\"", "- {title: A}", "- title: A"}).Draw(t, "style")
		e := open(t, "- query: q\n  relevant:\n    "+old+"\n    - The one behind\n")
		if err := retitleJudgment(e, 0, 0, title); err != nil {
			t.Fatal(err)
		}
		// Text itself reads the result back, and wants the title there.
		if _, err := e.Text(); err != nil && !strings.Contains(err.Error(), "twice") {
			t.Fatalf("%q: %v", title, err)
		}
	})
}

// FuzzEdit edits any suite. Text reads its own result back, so that what is
// left to find is a panic, or a change outside the queries.
func FuzzEdit(f *testing.F) {
	f.Add("- query: q\n  relevant: [A, {title: 'B]', id: b}] # x\n", "It's")
	f.Add("- {query: q, relevant: [\"A\\n\", &b B]}\n- query: r\n  relevant: [*b]\n", "[")
	f.Add("- query: q\n  relevant:\n  - title: A\n    grade: 2\n  # c\n  expect: [{title: A, within: 1}]", ": #")
	f.Fuzz(func(t *testing.T, queries, title string) {
		text := []byte(head + queries)
		s, err := judgments.Parse("t.yaml", text, judgments.Options{})
		if err != nil {
			return
		}
		e, err := Open(s, text)
		if err != nil {
			return
		}
		for i := range s.Queries {
			if len(s.Queries[i].Relevant) > 0 {
				_ = retitleJudgment(e, i, 0, title)
			}
			if len(s.Queries[i].Expect) > 0 {
				_ = retitleExpectation(e, i, 0, false, title)
			}
			_ = e.Judge(i, []judgments.Judgment{{Title: title, Grade: 2}})
		}
		_ = e.UnusedAnchors()
		if changed, err := e.Text(); err == nil && !strings.HasPrefix(string(changed), head) {
			t.Fatalf("the head changed:\n%s", changed)
		}
	})
}
