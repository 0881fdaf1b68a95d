package reports

import (
	"bytes"
	"testing"

	"github.com/releval/releval/eval/cluster"
)

func TestWriteEndpoints(t *testing.T) {
	found := []cluster.Endpoint{
		{ID: ".rerank-v1-elasticsearch", Service: "elasticsearch", Model: ".rerank-v1"},
		{ID: "c", Service: "cohere", TopN: 10},
	}
	for _, test := range []struct {
		name, want string
		write      func(*bytes.Buffer) error
	}{
		{"table", `inference_id              service        model       top_n
──────────────────────────────────────────────────────────
.rerank-v1-elasticsearch  elasticsearch  .rerank-v1    all
c                         cohere         –              10
`, func(b *bytes.Buffer) error { return WriteEndpoints(b, found, Options{}) }},
		{"no rows", "", func(b *bytes.Buffer) error { return WriteEndpoints(b, nil, Options{}) }},
		{"JSON", `{
  "endpoints": [
    {
      "inference_id": ".rerank-v1-elasticsearch",
      "service": "elasticsearch",
      "model": ".rerank-v1",
      "top_n": null
    },
    {
      "inference_id": "c",
      "service": "cohere",
      "model": null,
      "top_n": 10
    }
  ]
}
`, func(b *bytes.Buffer) error { return WriteEndpointsJSON(b, found) }},
		{"no endpoints as JSON", "{\n  \"endpoints\": []\n}\n", func(b *bytes.Buffer) error { return WriteEndpointsJSON(b, nil) }},
	} {
		var b bytes.Buffer
		if err := test.write(&b); err != nil || b.String() != test.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", test.name, err, b.String(), test.want)
		}
	}
}
