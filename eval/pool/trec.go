package pool

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval"
	"github.com/releval/releval/eval/titles"
)

// maxRunLine bounds a line of a TREC run.
const maxRunLine = 1 << 20

// Ranking is what a TREC run returns for one query, the best first.
type Ranking []RunHit

// RunHit is one line of a TREC run.
type RunHit struct {
	Document string
	Score    float64
}

// ReadRun reads a TREC run: lines of query, Q0, document, rank, score and
// tag. Of each query it keeps the best depth documents by score, equal scores
// by document id, the greatest first, as trec_eval ranks them. It returns them
// by query, and the tag of the last line. Data that begins as gzip does is
// read as such.
func ReadRun(path string, depth int) (map[string]Ranking, string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	rankings, tag, err := readRun(f, depth)
	if err != nil {
		return nil, "", fmt.Errorf("%s%w", path, err)
	}
	return rankings, tag, nil
}

func readRun(r io.Reader, depth int) (map[string]Ranking, string, error) {
	b := bufio.NewReader(r)
	if magic, err := b.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, "", fmt.Errorf(": %w", err)
		}
		b = bufio.NewReader(z)
	}
	s := bufio.NewScanner(b)
	s.Buffer(make([]byte, 0, 64<<10), maxRunLine)
	rankings := make(map[string]Ranking)
	tag := ""
	line := 0
	for s.Scan() {
		if s.Err() != nil {
			break // behind it is a part of a line, as of an archive that was cut off
		}
		line++
		fields := strings.Fields(s.Text())
		if len(fields) == 0 || fields[0][0] == '#' {
			continue
		}
		if len(fields) < 5 {
			return nil, "", fmt.Errorf(":%d: a run has query, Q0, document, rank, score and tag on a line, not %d fields", line, len(fields))
		}
		score, err := strconv.ParseFloat(fields[4], 64)
		if err != nil || score != score {
			return nil, "", fmt.Errorf(":%d: the score %q is not a number", line, fields[4])
		}
		if len(fields) > 5 {
			tag = fields[5]
		}
		list := append(rankings[fields[0]], RunHit{fields[2], score})
		if len(list) >= 4*depth+100 {
			list = list.best(depth)
		}
		rankings[fields[0]] = list
	}
	if err := s.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = errors.New("the line is too long for a run")
		}
		return nil, "", fmt.Errorf(":%d: %w", line+1, err)
	}
	if len(rankings) == 0 {
		return nil, "", errors.New(": holds no ranking; a run has query, Q0, document, rank, score and tag on a line")
	}
	for query, list := range rankings {
		rankings[query] = list.best(depth)
	}
	return rankings, tag, nil
}

// best keeps the depth best, each document once.
func (r Ranking) best(depth int) Ranking {
	slices.SortFunc(r, func(a, b RunHit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Document, a.Document))
	})
	seen := make(map[string]bool, depth)
	kept := r[:0]
	for _, h := range r {
		if !seen[h.Document] && len(kept) < depth {
			seen[h.Document] = true
			kept = append(kept, h)
		}
	}
	return kept
}

// AddRun adds a TREC run to a run as one more system of the given name, with
// the documents' titles from the index; a nil cluster leaves them out. It
// returns how many queries of the run it answers.
func AddRun(ctx context.Context, c titles.Cluster, where titles.Place, run *eval.Run, name string, rankings map[string]Ranking) (int, error) {
	if slices.Contains(run.Manifest.Systems, name) {
		return 0, fmt.Errorf("there is a system %q already; give the run another tag", name)
	}
	title := make(map[string]string)
	if c != nil {
		var ids []string
		for i := range run.Queries {
			for _, h := range rankings[run.Queries[i].ID] {
				ids = append(ids, h.Document)
			}
		}
		documents, err := titles.Fetch(ctx, c, where, ids)
		if err != nil {
			return 0, err
		}
		for _, d := range documents {
			title[d.ID] = d.Title
		}
	}
	answered := 0
	run.Manifest.Systems = append(run.Manifest.Systems, name)
	for i := range run.Queries {
		q := &run.Queries[i]
		ranking, ok := rankings[q.ID]
		if !ok {
			continue
		}
		answered++
		result := &eval.Result{}
		for _, h := range ranking {
			result.Hits = append(result.Hits, eval.Hit{ID: h.Document, Title: title[h.Document], Score: h.Score})
		}
		if q.Results == nil {
			q.Results = make(eval.Results)
		}
		q.Results[name] = result
	}
	return answered, nil
}
