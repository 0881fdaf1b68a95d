package reports

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestJSONFitsItsSchema(t *testing.T) {
	source, err := os.ReadFile("report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("report.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	based := full()
	based.Baseline = &BaselineView{Name: "main.jsonl", Started: time.Unix(1e9, 0), Differences: based.Compared.Differences, Meaningless: []string{"judgments differ"}}
	quarantined := sample()
	quarantined.Complete = nil
	for name, r := range map[string]*Report{"full": full(), "based": based, "hostile": hostileReport(), "several": several(), "stages": mustReport(stages()), "single": single(), "large": large(20), "cut": mustReport(quarantined)} {
		content, err := render(JSON, r, Options{})
		if err != nil {
			t.Fatal(err)
		}
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The schema is no rubber stamp.
	var broken map[string]any
	content, err := render(JSON, full(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &broken); err != nil {
		t.Fatal(err)
	}
	broken["surprise"] = 1
	if schema.Validate(broken) == nil {
		t.Error("the schema accepts an unknown key")
	}
}

func TestQueryRestrictsRows(t *testing.T) {
	content, err := render(JSON, full(), Options{Query: "heist"})
	if err != nil {
		t.Fatal(err)
	}
	var read jsonReport
	if err := json.Unmarshal(content, &read); err != nil {
		t.Fatal(err)
	}
	if len(read.Queries) != 1 || len(read.Rows) != 6 || len(read.Hits) != 6 {
		t.Errorf("%d queries, %d rows, %d hits; want 1, 2 systems × 3 metrics, 2 × 3", len(read.Queries), len(read.Rows), len(read.Hits))
	}
}

// The tags' means are those of the rows of their queries.
func TestJSONTagsAddUp(t *testing.T) {
	content, err := render(JSON, full(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var read jsonReport
	if err := json.Unmarshal(content, &read); err != nil {
		t.Fatal(err)
	}
	tagged := make(map[string][]string) // queries by tag
	for _, q := range read.Queries {
		tags := q.Tags
		if len(tags) == 0 {
			tags = []string{""}
		}
		for _, tag := range tags {
			tagged[tag] = append(tagged[tag], q.ID)
		}
	}
	if len(read.Tags) != len(tagged) || len(tagged) < 2 {
		t.Fatalf("%d tags, want %d", len(read.Tags), len(tagged))
	}
	for _, tag := range read.Tags {
		if tag.Queries != len(tagged[tag.Tag]) {
			t.Errorf("tag %q: %d queries, want %d", tag.Tag, tag.Queries, len(tagged[tag.Tag]))
		}
		for _, system := range tag.Systems {
			for _, mean := range system.Means {
				sum, n := 0.0, 0
				for _, row := range read.Rows {
					if row.System == system.System && row.Metric == mean.Metric && row.Value != nil && row.Query != "space" && slices.Contains(tagged[tag.Tag], row.Query) { // which elastic did not answer
						sum, n = sum+*row.Value, n+1
					}
				}
				if n == 0 || mean.Mean == nil || math.Abs(*mean.Mean-sum/float64(n)) > 1e-12 {
					t.Errorf("tag %q, %s of %s: %v, want the mean of %d rows, %v", tag.Tag, mean.Metric, system.System, mean.Mean, n, sum/float64(n))
				}
			}
		}
	}
}
