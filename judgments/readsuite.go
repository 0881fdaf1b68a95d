package judgments

import (
	"net/url"
	"path/filepath"
	"strings"

	"github.com/releval/releval/judgments/spelling"
)

// suiteKeys and the other lists of keys stand in the order in which messages
// name them.
var suiteKeys = []string{"name", "cluster", "search", "metrics", "gates", "prices", "compare", "queries"}

// defaultMetrics are what a suite without metrics is measured by.
var defaultMetrics = []string{"ndcg@10", "mrr@10", "recall@50"}

// suite reads the top level. Where the queries were cut out, p holds them.
func (w *walker) suite(s *Suite, root *node, p *parts) {
	const what = "a suite"
	seen := map[string]bool{}
	w.pairs(root, what, func(key string, k, v *node) {
		seen[key] = true
		if key == "queries" && p != nil && w.shift(k.Line) == p.queriesLine {
			w.pieces(s, p)
			return
		}
		if isNull(v) {
			w.fail(k, "%s has no value; give it one or leave the key out", quote(key))
			return
		}
		switch key {
		case "name":
			s.Name, _ = w.text(v, key)
		case "cluster":
			s.Cluster = w.cluster(v)
		case "search":
			w.search(&s.Search, v)
		case "metrics":
			w.metrics(s, v)
		case "gates":
			w.items(v, key, func(_ int, item *node) { w.gate(s, item) })
		case "prices":
			w.prices(s, v)
		case "compare":
			w.compare(s, v)
		case "queries":
			w.queries(s, v)
		default:
			w.unknownKey(k, what, suiteKeys)
		}
	})
	if root.Kind != mappingNode || w.full() {
		return
	}
	for _, key := range []string{"search", "queries"} {
		if !seen[key] {
			w.fail(root, "a suite needs %s", key)
		}
	}
	if !seen["metrics"] {
		for _, name := range defaultMetrics {
			s.Metrics = append(s.Metrics, MetricName{Position: Position{File: w.file}, Name: name})
		}
	}
}

// cluster reads where the suite says to search. Credentials are refused:
// suites are committed and shared.
func (w *walker) cluster(n *node) string {
	text, ok := w.text(n, "cluster")
	if !ok || text == "embedded" {
		return text
	}
	const want = `cluster must be "embedded" or a URL such as https://localhost:9200`
	u, err := url.Parse(text)
	switch {
	case strings.Contains(text, "@") && (err != nil || u.User != nil):
		w.fail(n, "cluster must not hold a user or password: a suite is no place for secrets; set ELASTIC_USERNAME and ELASTIC_PASSWORD, or ELASTIC_API_KEY, in the environment")
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		near := ""
		if spelling.Nearest(text, []string{"embedded"}) != "" {
			near = `; did you mean "embedded"?`
		}
		w.fail(n, "%s, not %s%s", want, quote(text), near)
	case u.RawQuery != "" || u.Fragment != "":
		w.fail(n, "%s, without a query (?) or fragment (#)", want)
	default:
		return text
	}
	return ""
}

func (w *walker) metrics(s *Suite, n *node) {
	if n.Kind == sequenceNode && len(n.Content) == 0 {
		w.fail(n, "metrics is empty; leave it out for %s", strings.Join(defaultMetrics, ", "))
		return
	}
	first := map[string]Position{}
	w.items(n, "metrics", func(_ int, item *node) {
		name, ok := w.metricName(item)
		if !ok {
			return
		}
		if p, ok := first[name]; ok {
			w.fail(item, "the metric %s stands twice, first on line %d; remove one", name, p.Line)
			return
		}
		first[name] = w.at(item)
		s.Metrics = append(s.Metrics, MetricName{Position: w.at(item), Name: name})
	})
}

// metricName reads a metric's name and has it checked.
func (w *walker) metricName(n *node) (string, bool) {
	name, ok := w.text(n, "a metric")
	if !ok {
		return "", false
	}
	name = strings.TrimSpace(name)
	if w.options.Metric != nil {
		if err := w.options.Metric(name); err != nil {
			w.fail(n, "%s", err)
			return "", false
		}
	}
	return name, true
}

var searchKeys = []string{"index", "title_field", "documents", "mappings", "settings", "retriever", "retrievers", "rerankers", "requests", "request", "params"}

func (w *walker) search(s *Search, n *node) {
	s.Position = w.at(n)
	before := len(w.problems)
	var single, several *node
	w.fields(n, "search", searchKeys, func(key string, k, v *node) {
		switch key {
		case "retriever":
			single = k
		case "retrievers":
			several = k
		}
		switch key {
		case "index":
			s.Index = w.index(v)
		case "title_field":
			s.TitleField, _ = w.text(v, "search.title_field")
			s.TitleFieldPosition = w.at(v)
		case "documents":
			s.Documents = w.documents(v)
		case "mappings", "settings":
			if w.isMapping(v, "search."+key) {
				raw := w.raw(v, &rawJSON{what: "search." + key})
				if key == "mappings" {
					s.Mappings = raw
				} else {
					s.Settings = raw
				}
			}
		case "retriever":
			s.Retriever, s.RetrieverPosition = w.retriever(v, "search.retriever"), w.at(v)
		case "retrievers":
			w.retrievers(s, v)
		case "requests":
			w.requests(s, v)
		case "request":
			w.requestOptions(s, v)
		case "params":
			s.Params = w.params(v, "search.params")
		case "rerankers":
			w.rerankers(s, v)
		}
	})
	if single != nil && several != nil {
		later := single
		if several.Line > single.Line || several.Line == single.Line && several.Column > single.Column {
			later = several
		}
		w.fail(later, "search has either retriever, one first stage without a name, or retrievers, first stages by name; remove one")
	}
	w.checkSystems(s)
	if len(w.problems) > before {
		return
	}
	for _, need := range []struct {
		missing   bool
		key, what string
	}{
		{s.Index == "", "index", "the index or alias to search"},
		{s.TitleField == "", "title_field", "the field whose value identifies a document to the judgments"},
		{single == nil && several == nil && len(s.Requests) == 0, "retriever", "the first stage, as an Elasticsearch retriever; or retrievers by name, or requests"},
		{single == nil && several == nil && len(s.Rerankers) > 0, "retriever", "what the rerankers are put over"},
	} {
		if need.missing {
			w.fail(n, "search needs %s: %s", need.key, need.what)
		}
	}
}

// index reads the index and refuses what would change the request's path. What
// stands in angle brackets is date math, as in <logs-{now/d}>. An alias may have
// capitals, unlike an index.
func (w *walker) index(n *node) string {
	text, ok := w.text(n, "search.index")
	if !ok {
		return ""
	}
	for name := range strings.SplitSeq(text, ",") {
		refused := " \t\r\n/\\?#\"|"
		if strings.HasPrefix(name, "<") && strings.HasSuffix(name, ">") {
			refused = " \t\r\n\\?#\""
		}
		if i := strings.IndexAny(name, refused); i >= 0 {
			w.fail(n, "search.index %s must not contain %s; it is an index or alias, or several separated by commas", quote(text), quote(name[i:i+1]))
			return ""
		}
	}
	return text
}

// documents reads the path of the documents, relative to the suite's folder.
func (w *walker) documents(n *node) string {
	text, ok := w.text(n, "search.documents")
	if !ok {
		return ""
	}
	path := filepath.FromSlash(text)
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(filepath.Dir(w.file), path)
}

const rerankFailures = "it makes the server return the first stage's order as if it were the reranker's, without a mark; remove it"

var refusedInRetriever = map[string]string{
	"allow_rerank_failures":    rerankFailures,
	"allow_reranker_failures":  rerankFailures,
	"text_similarity_reranker": "it is the first stage alone; name the reranker under search.rerankers, and what is inside its retriever here",
}

func (w *walker) retriever(n *node, what string) []byte {
	if !w.isMapping(n, what) {
		return nil
	}
	if len(n.Content) != 2 {
		w.fail(n, "%s must have exactly one key, the retriever's type such as standard, knn or rrf; it has %d", what, len(n.Content)/2)
		return nil
	}
	raw := w.filledRaw(n, what, refusedInRetriever)
	if raw == nil {
		return nil
	}
	if body := w.resolve(n.Content[1]); body == nil || body.Kind != mappingNode {
		w.fail(n.Content[1], "the retriever %s must be a mapping", quote(n.Content[0].Value))
		return nil
	}
	return raw
}
