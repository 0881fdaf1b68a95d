package conformance

import (
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// TestServer compares with a real server; the make target for it says where
// that listens.
func TestServer(t *testing.T) {
	url := os.Getenv("RELEVAL_TEST_ELASTICSEARCH_URL")
	if url == "" {
		t.Skip("RELEVAL_TEST_ELASTICSEARCH_URL is not set")
	}
	Run(t, Target{URL: strings.TrimRight(url, "/")})
}

// Without a server, the engine must at least answer what it claims to know and
// refuse the rest, alike in the process and behind a socket.
func TestEngineAnswersEveryCase(t *testing.T) {
	engine := NewEngine()
	inProcess := Target{URL: "http://embedded", Transport: engine}
	if err := inProcess.index(t.Context(), indexName, Definition, Documents()); err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(engine)
	defer listener.Close()
	behindSocket := Target{URL: listener.URL}

	check := func(cases []Case, good bool) {
		found := 0
		for _, c := range cases {
			a, err := inProcess.Do(t.Context(), http.MethodPost, "/"+indexName+"/_search", c.Body)
			if err != nil {
				t.Fatal(err)
			}
			if good != (a.Status == http.StatusOK) || a.Status >= 500 {
				t.Errorf("%s: status %d: %.300s", c.Name, a.Status, a.Body)
			}
			if strings.Contains(string(a.Body), `"_id"`) {
				found++
			}
			b, err := behindSocket.Do(t.Context(), http.MethodPost, "/"+indexName+"/_search", c.Body)
			if err != nil {
				t.Fatal(err)
			}
			if err := Difference(a, b); err != nil {
				t.Errorf("%s: in the process and behind a socket: %s", c.Name, err)
			}
		}
		if good && found*2 < len(cases) {
			t.Errorf("only %d of %d searches find anything: the cases test nothing", found, len(cases))
		}
	}
	check(Cases(), true)
	check(RandomCases(Seed, 60), true)
	check(RerankCases(), true)
	check(BadCases(), false)
	check(BadRerankCases(), false)
	check(VectorCases(), true)
	check(BadVectorCases(), false)
	check(FusionCases(), true)
	check(BadFusionCases(), false)
	check(NewerFusionCases(), true)
	check(NewerBadFusionCases(), false)
	check(RandomFusionCases(Seed, 60), true)
}

// The expected values are the formula by hand: "ab" has the trigrams _ab and
// ab_, "abc" has _ab, abc and bc_.
func TestTrigrams(t *testing.T) {
	s := Trigrams{Bias: -1, Scale: 2}
	got, err := s.Score("ab", []string{"ab", "abc", "AB abc", "x", ""})
	if err != nil {
		t.Fatal(err)
	}
	cosine := func(dot, a, b float64) float64 { return dot / (math.Sqrt(a) * math.Sqrt(b)) }
	want := []float64{
		-1 + 2*(1+cosine(2, 2, 2))/2,
		-1 + 2*(0+cosine(1, 2, 3))/2,
		-1 + 2*(1+cosine(3, 2, 7))/2, // _ab twice: 4+1+1+1
		-1,
		-1,
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Errorf("text %d: %v, want %v", i, got[i], want[i])
		}
	}
}

func TestDifference(t *testing.T) {
	hits := func(rest string) Answer { return Answer{200, []byte(`{"hits":{"hits":[` + rest + `]}}`)} }
	base := hits(`{"_id":"a","_score":2},{"_id":"b","_score":1},{"_id":"c","_score":1}`)
	for _, tt := range []struct {
		name string
		next Answer
		same bool
	}{
		{"the same", base, true},
		{"rounding", hits(`{"_id":"a","_score":2.00001},{"_id":"b","_score":1},{"_id":"c","_score":1}`), true},
		{"another score", hits(`{"_id":"a","_score":2.0001},{"_id":"b","_score":1},{"_id":"c","_score":1}`), false},
		{"ties changed places", hits(`{"_id":"a","_score":2},{"_id":"c","_score":1},{"_id":"b","_score":1}`), false},
		{"a hit less", hits(`{"_id":"a","_score":2},{"_id":"b","_score":1}`), false},
		{"another status", Answer{400, base.Body}, false},
	} {
		if err := Difference(tt.next, base); (err == nil) != tt.same {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
