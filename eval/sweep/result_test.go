package sweep

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestResultReadsBackFromJSON(t *testing.T) {
	d := newDouble(120)
	result, _ := executed(t, d, newPlan(t, d, 12, "pointwise", "listwise"), Options{Windows: []int{3, 10, 40}, LatencySamples: 2, LatencyBudget: time.Second})
	encoded, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	var again Result
	if err := json.Unmarshal(encoded, &again); err != nil {
		t.Fatal(err)
	}
	twice, err := json.Marshal(&again)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(encoded), string(twice)); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}

func TestSameSeedSameResult(t *testing.T) {
	texts := make(map[string]bool)
	for _, concurrency := range []int{1, 4} {
		d := newDouble(120)
		result, _ := executed(t, d, newPlan(t, d, 12, "listwise"), Options{Windows: []int{3, 10, 40}, LatencySamples: 2, Seed: 5, Concurrency: concurrency})
		encoded, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		texts[string(encoded)] = true
	}
	if len(texts) != 1 {
		t.Error("the same seed gives two results")
	}
}
