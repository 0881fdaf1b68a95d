package convert

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/releval/releval/judgments"
)

// TestOddFiles gives every format files with marks, quotes, other line ends,
// numbers for ids and empty cells. What is read must be in the suite that is
// written, or be lost aloud: no file may end well with less than it holds.
func TestOddFiles(t *testing.T) {
	const lost, refused = -1, -2
	utf16 := func(s string) string {
		b := []byte{0xff, 0xfe}
		for _, r := range s {
			b = append(b, byte(r), byte(r>>8))
		}
		return string(b)
	}
	for _, c := range []struct {
		name, file, text string
		want             int // judgments in the suite, or lost or refused
	}{
		{"csv mark", "x.csv", "\ufeffquery,title,grade\na,Heat,1\nb,Alien,2\n", 2},
		{"csv quotes", "x.csv", "\"query\",\"title\",\"grade\"\n\"a \"\"b\"\"\",\"Heat, The\nsecond line\",1\n", 1},
		{"csv line ends", "x.csv", "query,title,grade\r\na,Heat,1\r\n\r\nb,Alien,2\r\n", 2},
		{"csv numbers", "x.csv", "query,docid,rating\na,1,1\na,2,0\n1917,3,3\n", 3},
		{"csv empty grade", "x.csv", "query,docid,rating\na,1,\na,2,1\n", 1},
		{"csv empty document", "x.csv", "query,docid,rating\na,,1\na,2,1\n", refused},
		{"csv empty query", "x.csv", "query,docid,rating\n,1,1\n", refused},
		{"csv short row", "x.csv", "query,docid,rating\na,1\n", refused},
		{"csv open quote", "x.csv", "query,docid,rating\n\"a,1,1\nb,2,1\n", refused},
		{"csv twice", "x.csv", "query,docid,rating\na,1,1\na,1,2\n", lost},
		{"csv twice the same", "x.csv", "query,docid,rating\na,1,1\na,1,1\n", 1},
		{"csv one text, two ids", "x.csv", "query_id,query,docid,rating\n1,a,1,1\n2,A,2,1\n", 2},
		{"csv without texts", "x.csv", "query_id,docid,rating\n1,7,1\n", lost},
		{"csv UTF-16", "x.csv", utf16("query\ttitle\tgrade\nä\tHeat\t1\n"), 1},
		{"csv Latin-1", "x.csv", "query,title,grade\n\xe4,Heat,1\n", refused},
		{"csv negative", "x.csv", "query,docid,rating\na,1,-1\n", 1},
		{"csv another header", "x.csv", "wort,film,note\na,Heat,1\n", refused},
		{"semicolons", "x.csv", "query;title;grade\na;Heat;1,5\n", 1},
		{"tsv quotes that mean nothing", "x.tsv", "query\ttitle\tgrade\n\"a\tHeat\t1\nb\"\tAlien\t2\n", 2},
		{"tsv quotes", "x.tsv", "query\ttitle\tgrade\n\"a\tb\"\t\"He said \"\"no\"\"\"\t1\n", 1},
		{"tsv quoted line end", "x.tsv", "query\ttitle\tgrade\n\"a\nb\"\tHeat\t1\n", 1},
		{"tsv mark and line ends", "x.tsv", "\ufeffquery\ttitle\tgrade\r\na\tHeat\t1\r\n", 1},
		{"tsv empty title", "x.tsv", "query\ttitle\tgrade\na\t\t1\n", refused},
		{"tsv blank line", "x.tsv", "query\ttitle\tgrade\n\t\t\na\tHeat\t1\n", 1},
		{"raters", "x.csv", "query,docid,ann,bob\na,1,3,\na,2,,\na,3,1,2\n", 2},
		{"qrels mark", "x.qrels", "\ufeff1 0 a 1\r\n1 0 b 2\r\n", lost},
		{"qrels twice", "x.qrels", "1 0 a 1\n1 0 a 1\n", refused},
		{"qrels short", "x.qrels", "1 0 a\n", refused},
		{"ranklib", "x.list", "\ufeff# qid:1: heat\r\n1 qid:1 # 7\r\n0 qid:1 # 8\r\n", 2},
		{"ranklib without document", "x.list", "1 qid:1 1:2\n", refused},
		{"rank_eval mark, numbers", "x.json", "\ufeff" + `{"requests":[{"id":"a","request":{"query":{"match":{"t":"x"}}},"ratings":[{"_index":"i","_id":"1","rating":"2"}]}]}`, 1},
		{"rank_eval two indices", "x.json", `{"requests":[{"id":"a","request":{"query":{"match":{"t":"x"}}},"ratings":[{"_index":"i","_id":"1","rating":2},{"_index":"j","_id":"1","rating":2}]}]}`, 2},
		{"rank_eval no text", "x.json", `{"requests":[{"id":"a","request":{"query":{"match_all":{}}},"ratings":[{"_index":"i","_id":"1","rating":2}]}]}`, lost},
		{"rank_eval metric", "x.json", `{"requests":[{"id":"a","request":{"query":{"match":{"t":"x"}}},"ratings":[{"_index":"i","_id":"1","rating":2}]}],"metric":{"precision":{"ignore_unlabeled":true}}}`, lost},
		{"opensearch numbers", "x.json", `{"judgmentRatings":[{"query":"a","ratings":[{"docId":7,"rating":1.5},{"docId":"8","rating":"0"}]}]}`, 2},
		{"opensearch empty", "x.json", `{"judgmentRatings":[{"query":"a","ratings":[{"docId":"","rating":1}]}]}`, refused},
		{"book", "x.json", `{"query_doc_pairs":[{"query_text":"a","doc_id":1,"judgements":[{"rating":1,"user_email":"x"}]},{"query_text":"a","doc_id":"2","judgements":[]}]}`, 1},
		{"rre", "x.json", `{"query_groups":[{"queries":[{"placeholders":{"$query":"a"}}],"relevant_documents":{"1":["x",7]}}]}`, 2},
		{"studio", "x.json", `{"_id":"s","_source":{"values":{"text":"a"}}}` + "\r\n" + `{"scenario_id":"s","doc_id":"1","rating":"2"}` + "\r\n" + `{"scenario_id":"s","doc_id":"2","rating":0}`, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, out := tempFile(t, c.file, c.text), filepath.Join(t.TempDir(), "s.yaml")
			r, err := Job{In: in, Out: out, Check: func(path string, text []byte) error {
				_, err := judgments.Parse(path, text, judgments.Options{})
				return err
			}}.Run(t.Context(), nil)
			got := lost
			switch {
			case err == nil:
				s, err := judgments.Load(out, judgments.Options{})
				if err != nil {
					t.Fatal(err)
				}
				got = 0
				for _, q := range s.Queries {
					got += len(q.Relevant)
				}
			case !errors.Is(err, ErrLoss):
				got = refused
			}
			if got != c.want {
				t.Errorf("%d judgments (%d lost, %d refused), want %d; %v, %+v", got, lost, refused, c.want, err, r)
			}
		})
	}
}
