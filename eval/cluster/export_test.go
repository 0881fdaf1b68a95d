package cluster

import (
	"context"
	"time"
)

// RerankWithin is what warming up asks, for tests that compare scores.
func (c *Client) RerankWithin(ctx context.Context, id, query string, texts []string, timeout time.Duration) ([]float64, error) {
	scores, _, err := c.rerank(ctx, id, query, texts, timeout, nil)
	return scores, err
}
