package queries

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []Query
		file File
	}{
		"lines":        {"# shop\n red  lamp \n\n#metoo\n{oak} desk\na\tb\n", []Query{{2, "", "red  lamp"}, {4, "", "#metoo"}, {5, "", "{oak} desk"}, {6, "", "a\tb"}}, File{Comments: 1}},
		"ids":          {"17\tred lamp\r\nx y\toak desk\r\n#1\tbed\n", []Query{{1, "17", "red lamp"}, {2, "x y", "oak desk"}, {3, "#1", "bed"}}, File{}},
		"JSON":         {"{\"_id\":\"a\",\"text\":\"red lamp\",\"metadata\":{}}\n{\"_id\":7,\"text\":\"oak\\ndesk\"}\n", []Query{{1, "a", "red lamp"}, {2, "7", "oak\ndesk"}}, File{}},
		"a column":     {"query\n\"red lamp, small\"\noak desk\n", []Query{{2, "", "red lamp, small"}, {3, "", "oak desk"}}, File{Header: "query"}},
		"a CSV":        {"# log\nquery_id,freq,Query\n1,9,\"lamp, small\"\n2,8,desk\n", []Query{{3, "1", "lamp, small"}, {4, "2", "desk"}}, File{Header: "query_id,freq,Query", Comments: 1}},
		"semicolons":   {"query;count\nlamp, small;9\n", []Query{{2, "", "lamp, small"}}, File{Header: "query;count"}},
		"a TSV":        {"text\tid\nlamp\t1\n", []Query{{2, "1", "lamp"}}, File{Header: "text\tid"}},
		"old Mac":      {"lamp\rdesk\r", []Query{{1, "", "lamp"}, {2, "", "desk"}}, File{}},
		"commas":       {"lamp, small\n", []Query{{1, "", "lamp, small"}}, File{}},
		"twice alike":  {"1\tlamp\n1\tlamp\n", []Query{{1, "1", "lamp"}, {2, "1", "lamp"}}, File{}},
		"C of a quote": {"\"lamp\"\n", []Query{{1, "", "\"lamp\""}}, File{}},
	} {
		t.Run(name, func(t *testing.T) {
			wide := []byte{0xff, 0xfe}
			for _, u := range utf16.Encode([]rune(c.text)) {
				wide = binary.LittleEndian.AppendUint16(wide, u)
			}
			for encoding, text := range map[string]string{"UTF-8": c.text, "marked": "\ufeff" + c.text, "UTF-16": string(wide)} {
				f, err := Read("q", strings.NewReader(text))
				if err != nil {
					t.Fatalf("%s: %v", encoding, err)
				}
				if !slices.Equal(f.Queries, c.want) || f.Header != c.file.Header || f.Comments != c.file.Comments {
					t.Errorf("%s: got %+v", encoding, f)
				}
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "q: holds no query",
		"# a\n#\n":                               "q: holds no query",
		"query\n":                                "q: holds no query",
		"1\tlamp\n2\tdesk\n1\tbed\n":             `q:3:1: the query id "1" has another text in line 1`,
		"1\tlamp\ndesk\n":                        "q:2:1: a line is an id, a tab and a text",
		"1\tlamp\t9\n":                           "q:1:1: a line is an id, a tab and a text, and this one has more tabs",
		"\tlamp\n":                               "q:1:1: the query has no id",
		"1\t \n":                                 "q:1:1: the query has no text",
		"{\"_id\":\"1\",\"query\":\"lamp\"}\n":   `q:1:1: the object has no "text"`,
		"{\"_id\":\"1\",\"text\":\"a\"}\nlamp\n": "q:2:1: not a JSON object",
		"{\"text\":\"a\"}\n":                     "q:1:1: _id must be",
		"qid,query\n1,a\n1,b\n":                  `q:3:1: the query id "1" has another text in line 2`,
		"query\nlamp, red\n":                     "q:2:1: 2 columns, where the header has 1",
		"lamp\n\xff\n":                           "q:2:1: not UTF-8",
	} {
		if _, err := Read("q", strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("query,id\na,1\n")
	f.Add("1\ta\n{}\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Read("q", strings.NewReader(text))
		if err == nil && len(file.Queries) == 0 {
			t.Error("no query and no error")
		}
		if err == nil && slices.ContainsFunc(file.Queries, func(q Query) bool { return q.Text == "" || q.Line < 1 }) {
			t.Errorf("%+v", file)
		}
	})
}
