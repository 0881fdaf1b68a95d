package runfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// Format is the version of the run files that this package writes. It reads
// the one before as well.
const Format = 2

// typeOf gives the value of a line's first member, which must be type.
func typeOf(line []byte) (string, error) {
	d := jsontext.NewDecoder(bytes.NewReader(line[:min(len(line), 200)]))
	for _, want := range []string{"{", "type"} {
		t, err := d.ReadToken()
		if err != nil || t.Kind() != '{' && t.Kind() != '"' || t.String() != want {
			return "", errors.New("its first member must be type")
		}
	}
	t, err := d.ReadToken()
	if err != nil || t.Kind() != '"' {
		return "", errors.New("its type must be a string")
	}
	return t.String(), nil
}

// prefixOfJSON says whether a text can be the start of one JSON value.
func prefixOfJSON(text []byte) bool {
	d := jsontext.NewDecoder(bytes.NewReader(text))
	if err := d.SkipValue(); err != nil {
		return errors.Is(err, io.ErrUnexpectedEOF)
	}
	_, err := d.ReadToken()
	return errors.Is(err, io.EOF)
}

// decode reads the line in hand. Keys are taken as they are written, and those
// that nothing knows are refused in files of the present format.
func (d *decoder) decode(into any) {
	err := json.Unmarshal(d.text, into,
		json.RejectUnknownMembers(d.stored.Format == Format),
		json.WithUnmarshalers(json.UnmarshalFromFunc(d.documents.hits)))
	if err == nil {
		return
	}
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &syntax):
		d.fail("not a line of a run file: column %d: %v", syntax.ByteOffset+1, syntax.Err)
	case errors.As(err, &semantic):
		cause := "its value is of a wrong type"
		if semantic.Err != nil {
			cause = semantic.Err.Error()
		}
		d.fail("%s: %s", text.Quote(string(semantic.JSONPointer)), cause)
	default:
		d.fail("%v", err)
	}
}

// manifest takes the first line.
func (d *decoder) manifest() {
	var head struct {
		Type   string `json:"type"`
		Format int    `json:"format"`
	}
	if d.decode(&head); d.err != nil {
		return
	}
	m := &d.stored.Manifest
	switch d.stored.Format = head.Format; head.Format {
	case Format:
		d.decode(m)
	case 1:
		var old manifest1
		if d.decode(&old); d.err == nil {
			old.into(m)
		}
	default:
		d.fail("the run file has format %d, and this releval reads formats 1 and %d: run the suite again", head.Format, Format)
	}
	if d.err != nil {
		return
	}
	if err := checkManifest(m); err != nil {
		d.fail("%v", err)
		return
	}
	d.highest = max(m.QueryCount, m.SuiteQueries)
	d.systems, d.orders = make(map[string]*eval.System, len(m.Systems)), make(map[string]eval.Order, len(m.Systems))
	for i := range m.Systems {
		d.systems[m.Systems[i].Name], d.orders[m.Systems[i].Name] = &m.Systems[i], m.Systems[i].Order()
	}
	for i := range m.Gates {
		m.Gates[i].File = m.File
	}
}

// manifest1 is the manifest of format 1, which knew one first stage and the
// rerankers over it.
type manifest1 struct {
	Type         string           `json:"type"`
	Format       int              `json:"format"`
	Tool         string           `json:"tool"`
	Suite        string           `json:"suite"`
	File         string           `json:"file"`
	Started      time.Time        `json:"started"`
	Seed         uint64           `json:"seed"`
	Cluster      eval.ClusterInfo `json:"cluster"`
	Index        string           `json:"index"`
	Indices      []eval.IndexInfo `json:"indices"`
	TitleField   string           `json:"title_field"`
	Retriever    jsontext.Value   `json:"retriever"`
	Systems      []string         `json:"systems"`
	Rerankers    []eval.System    `json:"rerankers"`
	Depth        int              `json:"depth"`
	Metrics      []string         `json:"metrics"`
	Gates        []judgments.Gate `json:"gates"`
	QueryCount   int              `json:"query_count"`
	SuiteQueries int              `json:"suite_queries"`
	Repeat       int              `json:"repeat"`
	Hashes       eval.Hashes      `json:"hashes"`
	Unresolved   []string         `json:"unresolved"`
	Ambiguous    []string         `json:"ambiguous"`
	Notes        []string         `json:"notes"`
}

// into gives the manifest its present form.
func (old *manifest1) into(m *eval.Manifest) {
	*m = eval.Manifest{
		Type: old.Type, Format: old.Format, Tool: old.Tool, Suite: old.Suite, File: old.File, Started: old.Started, Seed: old.Seed,
		Cluster: old.Cluster, Index: old.Index, Indices: old.Indices, TitleField: old.TitleField, Metrics: old.Metrics, Gates: old.Gates,
		QueryCount: old.QueryCount, SuiteQueries: old.SuiteQueries, Repeat: old.Repeat, Hashes: old.Hashes,
		Unresolved: old.Unresolved, Ambiguous: old.Ambiguous, Notes: old.Notes,
	}
	for _, name := range old.Systems {
		s := eval.System{Name: name, Kind: eval.KindRetriever, Depth: old.Depth, Retriever: []byte(old.Retriever)}
		for _, r := range old.Rerankers {
			if r.Name == name {
				s = r
				s.Kind, s.FirstStage, s.Reranker, s.Depth = eval.KindReranked, eval.FirstStage, name, r.Window
			}
		}
		m.Systems = append(m.Systems, s)
	}
	m.Notes = append(m.Notes, m.TieNotes()...)
}

// ties finds those of a query of format 1, which did not record them.
func (d *decoder) ties(q *eval.Query) {
	for _, results := range append([]eval.Results{q.Results}, q.Repeats...) {
		for name, r := range results {
			r.Ties = d.orders[name].TiesOf(r.Hits)
		}
	}
}

// query takes a query line.
func (d *decoder) query() {
	var q eval.Query
	if d.decode(&q); d.err != nil {
		return
	}
	if first, twice := d.queries[q.ID]; twice {
		d.fail("query %s stands twice, first on line %d", text.Quote(q.ID), first)
		return
	}
	if first, twice := d.numbers[q.Number]; twice && d.stored.Format == Format {
		d.fail("query %s has the number %d, as the query in line %d", text.Quote(q.ID), q.Number, first)
		return
	}
	d.queries[q.ID], d.numbers[q.Number] = d.line, d.line
	if err := d.check(&q); err != nil {
		d.fail("query %s: %v", text.Quote(q.ID), err)
		return
	}
	if d.stored.Format == 1 {
		d.ties(&q)
	}
	q.File = d.stored.Manifest.File
	for i := range q.Expect {
		q.Expect[i].File = q.File
	}
	q.Judgments = slices.Clone(q.Judgments) // without the room that decoding leaves behind them
	d.stored.Queries = append(d.stored.Queries, q)
}

// completeLine is the last line of a run file.
type completeLine struct {
	Type     string                      `json:"type"`
	Queries  int                         `json:"queries"`
	Failed   int                         `json:"failed"`
	SHA256   string                      `json:"sha256,omitempty"`
	Finished time.Time                   `json:"finished"`
	Indices  []eval.IndexInfo            `json:"indices,omitempty"`
	Warnings []string                    `json:"warnings,omitempty"`
	Dropped  map[string]eval.DropReasons `json:"dropped,omitempty"`
	// Line covers what stands before it in this line, as SHA256 does the lines
	// before.
	Line string `json:"line,omitempty"`
}

// lineMember begins the last member of the last line.
const lineMember = `,"line":"`

func hexSum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// complete takes the last line.
func (d *decoder) complete() {
	var c completeLine
	if d.decode(&c); d.err != nil {
		return
	}
	if d.stored.Format == Format {
		end := bytes.LastIndex(d.text, []byte(lineMember))
		switch {
		case c.SHA256 != hex.EncodeToString(d.stored.sum.Sum(nil)):
			d.fail("the lines before are not those that were written: their SHA-256 is not the one given here")
			return
		case end < 0 || string(d.text[end:]) != lineMember+hexSum(d.text[:end])+"\"}\n":
			d.fail("the line is not as it was written: its SHA-256 is not the one at its end")
			return
		}
	}
	d.stored.Complete = &eval.Complete{
		Type: c.Type, Queries: c.Queries, Failed: c.Failed, Finished: c.Finished, Indices: c.Indices, Warnings: c.Warnings, Dropped: c.Dropped,
	}
	if failed := d.stored.Failed(); c.Failed != failed && c.Queries == len(d.stored.Queries) {
		d.fail("it counts %d failed queries, and the lines before hold %d", c.Failed, failed)
	}
	if c.Queries < len(d.stored.Queries) || d.stored.Format == Format && c.Queries != len(d.stored.Queries) {
		d.fail("it counts %d queries, and %d stand before it", c.Queries, len(d.stored.Queries))
	}
}

// documents reads hits, and shares their documents.
type documents struct {
	eval.Documents
	room  []byte     // the texts of the hit in hand
	batch []eval.Hit // the list in hand
}

// unquote gives a string's text.
func (k *documents) unquote(raw jsontext.Value) (_ []byte, err error) {
	if raw.Kind() != '"' {
		return nil, errors.New("index, id and title of a hit must be strings")
	}
	start := len(k.room)
	if bytes.IndexByte(raw, '\\') < 0 {
		k.room = append(k.room, raw[1:len(raw)-1]...)
	} else if k.room, err = jsontext.AppendUnquote(k.room, raw); err != nil {
		return nil, err
	}
	return k.room[start:len(k.room):len(k.room)], nil
}

// hits reads a list of hits. A document that stands in it twice is refused.
func (k *documents) hits(d *jsontext.Decoder, into *[]eval.Hit) error {
	*into = nil
	t, err := d.ReadToken()
	if err != nil || t.Kind() == 'n' {
		return err
	}
	if t.Kind() != '[' {
		return errors.New("hits must be a list")
	}
	k.List()
	hits := k.batch[:0]
	for d.PeekKind() != ']' {
		h, err := k.hit(d)
		if err != nil {
			return err
		}
		hits = append(hits, h)
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	k.batch = hits
	*into = append(make([]eval.Hit, 0, len(hits)), hits...)
	return nil
}

func (k *documents) hit(d *jsontext.Decoder) (eval.Hit, error) {
	t, err := d.ReadToken()
	if err != nil {
		return eval.Hit{}, err
	}
	if t.Kind() != '{' {
		return eval.Hit{}, errors.New("a hit must be an object")
	}
	k.room = k.room[:0]
	var index, id, title []byte // pieces of room
	score, scored := 0.0, false
	for d.PeekKind() != '}' {
		name, err := d.ReadValue()
		if err != nil {
			return eval.Hit{}, err
		}
		var into *[]byte
		switch string(name) {
		case `"index"`:
			into = &index
		case `"id"`:
			into = &id
		case `"title"`:
			into = &title
		case `"score"`:
		default:
			return eval.Hit{}, fmt.Errorf("a hit has no member %s", text.Quote(strings.Trim(string(name), `"`)))
		}
		raw, err := d.ReadValue()
		if err != nil {
			return eval.Hit{}, err
		}
		switch {
		case into != nil:
			if *into, err = k.unquote(raw); err != nil {
				return eval.Hit{}, err
			}
		case raw.Kind() != '0':
			return eval.Hit{}, errors.New("the score of a hit must be a number")
		default:
			if score, err = strconv.ParseFloat(string(raw), 64); err != nil {
				return eval.Hit{}, fmt.Errorf("the score %s is out of range", text.Quote(string(raw)))
			}
			scored = true
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return eval.Hit{}, err
	}
	if len(id) == 0 || !scored {
		return eval.Hit{}, errors.New("a hit needs id, title and score")
	}
	document, twice := k.Get(index, id, title)
	if twice {
		return eval.Hit{}, fmt.Errorf("the document %s stands in a list twice", text.Quote(document.Key().String()))
	}
	return eval.Hit{Document: document, Score: score}, nil
}
