package convert

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// readMSMARCO reads a run as MS MARCO's passage task has it: lines of query,
// document and rank, without scores or a tag.
func readMSMARCO(ctx context.Context, path string, o ReadOptions) (*collection, error) {
	beside, err := readBeside(ctx, path, o)
	if err != nil {
		return nil, err
	}
	b, queries := newRunBuilder(), newBuilder()
	tag := word(baseName(path), "run")
	err = fileLines(ctx, path, func(_ int, text string) error {
		fields := strings.Fields(text)
		if len(fields) != 3 {
			return fmt.Errorf("%s, want 3: query document rank", counted(len(fields), "field"))
		}
		rank, err := strconv.Atoi(fields[2])
		if err != nil || rank < 1 {
			return fmt.Errorf("the rank %q is not a whole number from 1", fields[2])
		}
		queries.query(fields[0], beside.texts[fields[0]])
		return b.add(tag, fields[0], rank, hit{ID: fields[1], Score: 1 / float64(rank)})
	})
	if err != nil {
		return nil, err
	}
	c := queries.collection(baseName(path))
	c.idsOnly = true
	c.Runs = b.runs()
	return c, nil
}
