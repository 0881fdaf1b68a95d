package reranker

import (
	"fmt"
	"sync"

	"github.com/releval/releval/eval/cluster"
	"github.com/releval/releval/judgments"
)

// purse holds what requests may cost. The zero value has no limit.
type purse struct {
	mu      sync.Mutex
	limited bool
	left    float64 // dollars
	price   func(a *judgments.RerankAPI, texts, characters int) float64
}

// pay takes a request's price before it is sent.
func (p *purse) pay(a *judgments.RerankAPI, texts, characters int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.limited {
		return nil
	}
	price := p.price(a, texts, characters)
	if price > p.left {
		return &cluster.Error{Op: "rerank by " + a.API, Kind: cluster.KindConfig, What: fmt.Sprintf("another request, with %d texts, would go beyond --max-usd", texts)}
	}
	p.left -= price
	return nil
}
