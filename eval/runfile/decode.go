package runfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/scan"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// Format is the version of the run files that this package writes. It reads
// the one before as well.
const Format = 2

// typeOf gives the value of a line's first member, which must be type.
func typeOf(line []byte) (string, error) {
	if bytes.HasPrefix(line, []byte(`{"type":"query",`)) { // as nearly all are
		return "query", nil
	}
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
	err := json.Unmarshal(d.text, into, d.hits, json.RejectUnknownMembers(d.stored.Format == Format))
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
	d.stored.Queries = make([]eval.Query, 0, min(m.QueryCount, d.most))
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
	q := eval.Query{Judgments: d.judgments[:0]}
	d.documents.batch = d.documents.batch[:0]
	if d.decode(&q); d.err != nil {
		return
	}
	d.judgments = q.Judgments
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
	q.File, q.Index = d.stored.Manifest.File, d.stored.Manifest.OneIndex()
	for i := range q.Expect {
		q.Expect[i].File = q.File
	}
	d.share(&q)
	d.stored.Queries = append(d.stored.Queries, q)
}

// share puts what the query of the run read before has alike in the place of
// its own, and keeps the rest: until then judgments and hits are in room that
// the next query takes.
func (d *decoder) share(q *eval.Query) {
	same := d.alike[q.ID]
	if same == nil || len(q.Judgments) == 0 || !slices.Equal(q.Judgments, same.Judgments) {
		q.Judgments = slices.Clone(q.Judgments)
	} else {
		q.Judgments = same.Judgments
	}
	for i, results := range append([]eval.Results{q.Results}, q.Repeats...) {
		for system, r := range results {
			switch {
			case r.Hits == nil:
			case same != nil && i == 0 && !same.Results[system].Failed() && slices.Equal(r.Hits, same.Results[system].Hits):
				r.Hits = same.Results[system].Hits // as where a first stage stayed as it was
			default:
				r.Hits = d.documents.keep(r.Hits)
			}
		}
	}
	if same == nil {
		return
	}
	q.ID = same.ID
	if q.Text == same.Text {
		q.Text = same.Text
	}
	if len(q.Tags) > 0 && slices.Equal(q.Tags, same.Tags) {
		q.Tags = same.Tags
	}
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
	Usage    map[string]eval.Usage       `json:"usage,omitempty"`
	Texts    map[string]eval.Texts       `json:"texts,omitempty"`
	Latency  *eval.Samples               `json:"latency,omitempty"`
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
		Type: c.Type, Queries: c.Queries, Failed: c.Failed, Finished: c.Finished, Indices: c.Indices, Warnings: c.Warnings, Dropped: c.Dropped, Usage: c.Usage, Texts: c.Texts, Latency: c.Latency,
	}
	if err := d.checkSamples(c.Latency); err != nil {
		d.fail("its latency: %v", err)
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
	scanner scan.Scanner
	raw     []byte     // its text
	batch   []eval.Hit // the lists of the query in hand
	block   []eval.Hit // room for lists that are kept
	// The hit in hand.
	index, id, title []byte
	score            float64
	scored           bool
}

// hits reads a list of hits. A document that stands in it twice is refused.
// The library makes sure that it is JSON; then it is walked by hand, which the
// most part of a run file is worth.
func (k *documents) hits(d *jsontext.Decoder, into *[]eval.Hit) error {
	*into = nil
	raw, err := d.ReadValue()
	if err != nil || raw.Kind() == 'n' {
		return err
	}
	if raw.Kind() != '[' {
		return errors.New("hits must be a list")
	}
	k.List()
	k.raw = raw
	k.scanner.Reset(raw)
	start := len(k.batch)
	member := k.member // bound once, not for every hit
	err = k.scanner.List(func() error {
		h, err := k.hit(member)
		if err != nil {
			return fmt.Errorf("hit %d: %w", len(k.batch)-start+1, err)
		}
		k.batch = append(k.batch, h)
		return nil
	})
	if err != nil {
		return err
	}
	*into = k.batch[start:len(k.batch):len(k.batch)]
	if len(*into) == 0 {
		*into = []eval.Hit{} // which is not the same as none
	}
	return nil
}

// keep copies a list. Lists share blocks, because one for each is rounded up to
// what the allocator has.
func (k *documents) keep(hits []eval.Hit) []eval.Hit {
	if k.block == nil || cap(k.block)-len(k.block) < len(hits) {
		k.block = make([]eval.Hit, 0, max(1<<10, len(hits)))
	}
	start := len(k.block)
	k.block = append(k.block, hits...)
	return k.block[start:len(k.block):len(k.block)]
}

func (k *documents) hit(member func(name []byte) error) (eval.Hit, error) {
	if k.scanner.Peek() != '{' {
		return eval.Hit{}, errors.New("it must be an object")
	}
	k.index, k.id, k.title, k.scored = nil, nil, nil, false
	if err := k.scanner.Object(member); err != nil {
		return eval.Hit{}, err
	}
	if len(k.id) == 0 || !k.scored {
		return eval.Hit{}, errors.New("it needs id, title and score")
	}
	document, twice := k.Get(k.index, k.id, k.title)
	if twice {
		return eval.Hit{}, fmt.Errorf("the document %s stands in the list twice", text.Quote(document.Key().String()))
	}
	return eval.Hit{Document: document, Score: k.score}, nil
}

// member reads one member of a hit.
func (k *documents) member(name []byte) (err error) {
	into := &k.title
	switch string(name) {
	case "title":
	case "id":
		into = &k.id
	case "index":
		into = &k.index
	case "score":
		if c := k.scanner.Peek(); c != '-' && (c < '0' || c > '9') {
			return errors.New("the score must be a number")
		}
		start := k.scanner.Offset()
		if k.score, err = k.scanner.Float(); err != nil {
			return fmt.Errorf("the score %s is out of range", text.Quote(string(k.raw[start:k.scanner.Offset()])))
		}
		k.scored = true
		return nil
	default:
		return fmt.Errorf("it has no member %s", text.Quote(string(name)))
	}
	if k.scanner.Peek() != '"' {
		return errors.New("index, id and title must be strings")
	}
	*into, err = k.scanner.Text()
	return err
}
