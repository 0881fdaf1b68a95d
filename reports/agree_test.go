package reports

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/releval/releval/eval/agree"
	"github.com/releval/releval/judgments"
)

// Two judges of two documents: both graded A 1; B is 3 for one and 0 for the
// other. Agreement is 1/2, by chance 1/4: kappa is 1/3. The distances are 0 and
// 3, and of all combinations 0, 1, 2 and 3 over 2 pairs: linear 1 - 3/3,
// quadratic 1 - 9/7.
func TestWriteAgreement(t *testing.T) {
	judges := [2]agree.Judge{{File: "s.yaml"}, {File: "p.yaml"}}
	for i, grade := range []float64{3, 0} {
		judges[i].Queries = []agree.Query{{ID: "q", Relevant: []judgments.Judgment{
			{Title: "A", Grade: 1}, {Title: "B", Grade: grade, Position: judgments.Position{File: judges[i].File, Line: 4 + 3*i, Column: 27}},
		}}}
	}
	found, err := agree.Compare(judges[0], judges[1])
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteAgreement(&b, found); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"2 documents of 1 query were graded in both, 1 of them the same (50 %)",
		"unweighted 0.333 [",
		"  3 and 0  q: B  [s.yaml:4:27, p.yaml:7:27]\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := WriteAgreementJSON(&b, found); err != nil || !json.Valid(b.Bytes()) {
		t.Error(err)
	}
}

// One grade for everything has no kappa.
func TestWriteAgreementWithoutKappa(t *testing.T) {
	nan := agree.Kappa{Value: math.NaN(), Low: math.NaN(), High: math.NaN()}
	found := &agree.Agreement{Pairs: 1, Same: 1, Queries: 1, Unweighted: nan, Linear: nan, Quadratic: nan, Table: map[float64]map[float64]int{1: {1: 1}}}
	var b bytes.Buffer
	if err := WriteAgreementJSON(&b, found); err != nil || !strings.Contains(b.String(), `"linear": null`) {
		t.Errorf("%v\n%s", err, b.String())
	}
	b.Reset()
	if err := WriteAgreement(&b, found); err != nil || !strings.Contains(b.String(), "linear ?") {
		t.Errorf("%v\n%s", err, b.String())
	}
}
