package cluster

import (
	"context"
	"time"
)

// Rerank is what warming up asks, for tests that compare scores.
func (c *Client) Rerank(ctx context.Context, id, query string, texts []string, timeout time.Duration) ([]float64, error) {
	return c.rerank(ctx, id, query, texts, timeout, nil)
}
