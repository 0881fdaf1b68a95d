package cluster

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWarmUp(t *testing.T) {
	const cold = "Timed out after [30s] waiting for model deployment to start."
	synctest.Test(t, func(t *testing.T) {
		var timeouts []string
		s := &script{answer: func(n int, r *http.Request) (*http.Response, error) {
			timeouts = append(timeouts, r.URL.Query().Get("timeout"))
			if n < 6 {
				time.Sleep(20 * time.Second)
				return reply(408, simple("status_exception", cold)), nil
			}
			return reply(200, `{"rerank":[{"index":0,"relevance_score":-3.5}]}`), nil
		}}
		var seen []WarmUpProgress
		c := newTestClient(t, s, defaults)
		took, err := c.WarmUp(t.Context(), "", 10*time.Minute, func(p WarmUpProgress) { seen = append(seen, p) })
		if err != nil || took < 2*time.Minute {
			t.Errorf("%v, %v", took, err)
		}
		if len(seen) != 6 || seen[5].Attempts != 6 || seen[5].Elapsed < 2*time.Minute || KindOf(seen[0].Err) != KindColdModel {
			t.Errorf("progress %+v", seen)
		}
		if timeouts[0] != "30000ms" {
			t.Errorf("the server was asked to wait %q", timeouts[0])
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c := newTestClient(t, always(409, simple("status_exception", "Trained model deployment [x] is not allocated to any nodes")), defaults)
		start := time.Now()
		_, err := c.WarmUp(t.Context(), "x", time.Minute, nil)
		if KindOf(err) != KindColdModel || !strings.Contains(err.Error(), "not ready within 1m0s") {
			t.Errorf("%v", err)
		}
		if d := time.Since(start); d > time.Minute {
			t.Errorf("took %v", d)
		}
	})
	s := &script{answer: func(int, *http.Request) (*http.Response, error) {
		return reply(404, simple("resource_not_found_exception", "Inference endpoint not found [x]")), nil
	}}
	if _, err := newTestClient(t, s, nil).WarmUp(t.Context(), "x", time.Hour, nil); KindOf(err) != KindMissingEndpoint || s.calls != 1 {
		t.Errorf("%v after %d calls", err, s.calls)
	}
}
