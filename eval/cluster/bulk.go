package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Document is something to be indexed.
type Document struct {
	// ID is its _id; "" gives it its number in the sequence, from 1.
	ID string
	// JSON is its source: a JSON object.
	JSON json.RawMessage
}

// BulkResult is what became of the documents.
type BulkResult struct {
	// Indexed counts the documents that are in the index now.
	Indexed int
	// Failed counts those that the server refused.
	Failed int
	// Failures are the first ten of them.
	Failures []BulkFailure
}

// BulkFailure is one refused document.
type BulkFailure struct {
	ID     string
	Status int
	Cause
}

const (
	bulkBytes     = 4 << 20
	bulkDocuments = 1000
	bulkFailures  = 10
)

// Bulk indexes the documents, replacing those of the same id, in requests of
// 1,000 documents or 4 MiB; refreshing is left to Refresh. Documents that the
// server has no room for at the moment (429, 503) are sent again; those that
// it refuses are counted. An error ends it: of the sequence, of a document
// that is no JSON object, or of the cluster; the result tells how far it came.
func (c *Client) Bulk(ctx context.Context, index string, documents iter.Seq2[Document, error]) (BulkResult, error) {
	b := bulk{client: c, ctx: ctx, index: index}
	n := 0
	for d, err := range documents {
		n++
		if err != nil {
			return b.result, err
		}
		if d.ID == "" {
			d.ID = strconv.Itoa(n)
		}
		if err := b.add(d, n); err != nil {
			return b.result, err
		}
	}
	return b.result, b.flush()
}

// bulk gathers documents into requests.
type bulk struct {
	client *Client
	ctx    context.Context
	index  string
	batch  []item
	bytes  int
	result BulkResult
}

// item is one document in the form in which it is sent.
type item struct {
	id    string
	lines []byte
}

func (b *bulk) add(d Document, n int) error {
	source := bytes.TrimSpace(d.JSON)
	if len(source) == 0 || source[0] != '{' || !json.Valid(source) {
		return &Error{Op: "load documents", Kind: KindInvalidRequest, What: fmt.Sprintf("document %d (%q) is not a JSON object", n, oneLine(d.ID))}
	}
	action, err := encode(map[string]any{"index": map[string]string{"_id": d.ID}})
	if err != nil {
		return err
	}
	lines := bytes.NewBuffer(action) // encode ends it with a newline
	if err := json.Compact(lines, source); err != nil {
		return err
	}
	lines.WriteByte('\n')
	if len(b.batch) > 0 && (len(b.batch) >= bulkDocuments || b.bytes+lines.Len() > bulkBytes) {
		if err := b.flush(); err != nil {
			return err
		}
	}
	b.batch = append(b.batch, item{d.ID, lines.Bytes()})
	b.bytes += lines.Len()
	return nil
}

// flush sends the batch, and again what the server had no room for.
func (b *bulk) flush() error {
	for attempt := 1; len(b.batch) > 0; attempt++ {
		busy, err := b.send()
		if err != nil {
			return err
		}
		b.batch = busy.items
		if len(b.batch) == 0 {
			break
		}
		if attempt > b.client.config.Retries || !b.client.budget.take() {
			return &Error{Op: "load documents", Kind: KindThrottled, Status: busy.failure.Status, Type: busy.failure.Type, Reason: busy.failure.Reason,
				Attempts: attempt, What: fmt.Sprintf("the cluster was too busy to index %d documents", len(b.batch)), Hint: "try again later"}
		}
		if err := sleep(b.ctx, b.client.jitter.wait(attempt, false)); err != nil {
			return b.client.networkError(b.ctx, target{op: "load documents", index: b.index}, true, err)
		}
	}
	b.batch, b.bytes = b.batch[:0], 0
	return nil
}

// busyItems are the documents that the server had no room for, and what it
// said about one of them.
type busyItems struct {
	items   []item
	failure BulkFailure
}

func (b *bulk) send() (busyItems, error) {
	var body bytes.Buffer
	for _, i := range b.batch {
		body.Write(i.lines)
	}
	var answer struct {
		Errors bool `json:"errors"`
		Items  []map[string]struct {
			Status int            `json:"status"`
			Error  map[string]any `json:"error"`
		} `json:"items"`
	}
	decode := into(&answer)
	err := b.client.do(b.ctx, request{
		target:  target{op: "load documents", index: b.index},
		timeout: max(b.client.config.Timeout, 2*time.Minute),
		make: func() esapi.Request {
			return esapi.BulkRequest{Index: escape(b.index), Body: bytes.NewReader(body.Bytes()), Header: bulkHeader()}
		},
		accept: func(n int, a *received) *Error {
			if e := decode(n, a); e != nil {
				return e
			}
			if len(answer.Items) != len(b.batch) {
				return unreadable(a.body, "", fmt.Errorf("%d results for %d documents", len(answer.Items), len(b.batch)))
			}
			return nil
		},
	})
	var busy busyItems
	if err != nil {
		return busy, err
	}
	for n, result := range answer.Items {
		r := result["index"]
		if r.Status >= 200 && r.Status < 300 {
			b.result.Indexed++
			continue
		}
		var s serverError
		s.follow(r.Error)
		failure := BulkFailure{ID: b.batch[n].id, Status: r.Status}
		if len(s.chain) > 0 {
			failure.Cause = s.chain[len(s.chain)-1]
			failure.Reason = oneLine(b.client.scrub.text(failure.Reason))
		}
		if r.Status == 429 || r.Status == 503 {
			busy.items, busy.failure = append(busy.items, b.batch[n]), failure
			continue
		}
		b.result.Failed++
		if len(b.result.Failures) < bulkFailures {
			b.result.Failures = append(b.result.Failures, failure)
		}
	}
	return busy, nil
}

func bulkHeader() map[string][]string {
	return map[string][]string{"Content-Type": {contentLines}}
}
