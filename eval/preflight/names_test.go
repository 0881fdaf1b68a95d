package preflight

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFieldNames(t *testing.T) {
	for retriever, want := range map[string][]string{
		`{"standard":{"query":{"multi_match":{"query":"{{query}}","fields":["title^2","plot.*"]}},"filter":{"term":{"genre":"crime"}}}}`:                                                                                         {"genre", "plot.*", "title"},
		`{"standard":{"query":{"match":{"plot":{"query":"{{query}}","boost":2}}}}}`:                                                                                                                                              {"plot"},
		`{"standard":{"query":{"bool":{"must":{"match":{"a":"x"}},"should":[{"range":{"b":{"gt":1},"boost":2}},{"exists":{"field":"c"}}],"must_not":[{"terms":{"d":["x"],"_name":"n"}}],"filter":[{"ids":{"values":["1"]}}]}}}}`: {"a", "b", "c", "d"},
		`{"standard":{"query":{"function_score":{"query":{"dis_max":{"queries":[{"match":{"a":"x"}},{"constant_score":{"filter":{"prefix":{"b":"x"}}}}]}},"functions":[{"filter":{"term":{"c":1}},"weight":2}]}}}}`:              {"a", "b", "c"},
		`{"rrf":{"retrievers":[{"standard":{"query":{"query_string":{"query":"x","default_field":"a"}}}},{"retriever":{"knn":{"field":"v","filter":[{"term":{"b":1}}]}},"weight":2}],"filter":{"term":{"c":1}}}}`:                {"a", "b", "c", "v"},
		`{"rrf":{"query":"{{query}}","fields":["a","b^3"]}}`: {"a", "b"},
		`{"rescorer":{"retriever":{"standard":{"query":{"match":{"a":"x"}}}},"rescore":{"window_size":5,"query":{"rescore_query":{"match_phrase":{"b":"x"}}}}}}`: {"a", "b"},
		`{"standard":{"query":{"nested":{"path":"cast","query":{"match":{"cast.name":"x"}}}}}}`:                                                                  {"cast.name"},
		`{"standard":{"query":{"multi_match":{"query":"x","fields":"*"}}}}`:                                                                                      nil,
		`{"standard":{"query":{"of_a_later_release":{"a":"x"}}}}`:                                                                                                nil,
		`{"standard":{"query":{"match":{"{{lang}}_plot":"x"}}}}`:                                                                                                 nil,
		`{"standard":{"query":{"term":{"_id":"x"}}}}`:                                                                                                            nil,
		`{"standard":{"query":{"wrapper":{"query":"eyJ0ZXJtIjp7fX0="}}}}`:                                                                                        nil,
		`{"standard":{"query":"x"}}`: nil,
		`no JSON`:                    nil,
	} {
		if diff := cmp.Diff(want, fieldNames([]byte(retriever))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", retriever, diff)
		}
	}
}
