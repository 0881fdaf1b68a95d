package judgments

import (
	"encoding/json"
	"net/url"
	"strings"
)

// RerankAPI is a service that scores the window's texts outside of
// Elasticsearch: the hits of the first stage are fetched with their texts, and
// sent to it.
type RerankAPI struct {
	// API is the format that it speaks, one of RerankAPIs.
	API string `json:"api"`
	// URL is where it answers, without user and password; empty for the
	// provider's own address, and for the run's own cluster where API is
	// inference.
	URL string `json:"url,omitempty"`
	// Model is the model's name; empty where the service has one alone.
	Model string `json:"model,omitempty"`
	// KeyEnv names the environment variable with the key, empty for the
	// provider's own at the provider's own address, and for none elsewhere.
	// KeyHeader is the header that the key alone is sent in; empty for
	// Authorization, as a bearer's.
	KeyEnv    string `json:"-"`
	KeyHeader string `json:"-"`
	// Fields are the fields whose first values make up a document's text, one
	// or more; Template puts them together, {{field}} for each, and is empty
	// for one below the other.
	Fields   []string `json:"fields"`
	Template string   `json:"template,omitempty"`
	// MaxCharacters is how much of a text is sent; 0 for all of it.
	MaxCharacters int `json:"max_characters,omitempty"`
	// Batch is the most texts in one request, 0 for what the API allows.
	Batch int `json:"-"`
	// Instruction tells the model what relevant means; empty for none.
	Instruction string `json:"instruction,omitempty"`
	// RequestsPerMinute is how fast requests are sent at most; 0 for no limit.
	RequestsPerMinute int `json:"-"`
	// Listwise says that the model scores the texts of a window against each
	// other.
	Listwise bool `json:"listwise,omitempty"`
	// Names are what the API openai-compatible calls the parts of a request and
	// an answer.
	Names RerankNames `json:"names,omitzero"`
	// Parameters are further members of every request, as raw JSON; nil for
	// none.
	Parameters json.RawMessage `json:"parameters,omitempty"`
}

// RerankNames are the names of the members of requests and answers; an empty
// one is the usual.
type RerankNames struct {
	Query       string `json:"query,omitempty"`
	Documents   string `json:"documents,omitempty"`
	Model       string `json:"model,omitempty"`
	Instruction string `json:"instruction,omitempty"`
	Results     string `json:"results,omitempty"`
	Index       string `json:"index,omitempty"`
	Score       string `json:"score,omitempty"`
}

// The formats of rerank APIs.
const (
	APICohere     = "cohere"
	APIJina       = "jina"
	APIVoyage     = "voyage"
	APITEI        = "tei"
	APICompatible = "openai-compatible"
	APIInference  = "inference"
)

// RerankAPIs are the formats that a suite can name.
var RerankAPIs = []string{APICohere, APIJina, APIVoyage, APITEI, APICompatible, APIInference}

// needs says what a suite has to say of an API, and what it cannot.
type needs struct {
	url, model       bool // must be given
	noModel          bool // is none of the API's
	instruction, own bool // the API has one; the provider has an address
}

// rerankNeeds is by API.
var rerankNeeds = map[string]needs{
	APICohere:     {model: true, own: true},
	APIJina:       {model: true, own: true},
	APIVoyage:     {model: true, own: true},
	APITEI:        {url: true, noModel: true},
	APICompatible: {url: true, instruction: true},
	APIInference:  {noModel: true},
}

// Reads are the fields that the reranker reads.
func (r *Reranker) Reads() []string {
	if r.API != nil {
		return r.API.Fields
	}
	return []string{r.Field}
}

// Outside says whether the window is scored outside of Elasticsearch.
func (r *Reranker) Outside() bool { return r.API != nil }

// OnCluster says whether the model behind the reranker is an inference endpoint
// of the cluster that is searched.
func (r *Reranker) OnCluster() bool {
	return r.API == nil || r.API.API == APIInference && r.API.URL == ""
}

// Text is what is sent of a document whose fields have these first values, and
// whether there is one: a document without a value in any of the fields has
// none.
func (a *RerankAPI) Text(value func(field string) (string, bool)) (string, bool) {
	var parts []string
	var given bool
	fill := func(field string) string {
		v, ok := value(field)
		given = given || ok && v != ""
		return v
	}
	text := ""
	if a.Template == "" {
		for _, field := range a.Fields {
			if v := fill(field); v != "" {
				parts = append(parts, v)
			}
		}
		text = strings.Join(parts, "\n")
	} else {
		text = fillFields(a.Template, fill)
	}
	if !given || strings.TrimSpace(text) == "" {
		return "", false
	}
	return a.cut(text), true
}

// cut leaves the first MaxCharacters of a text.
func (a *RerankAPI) cut(text string) string {
	if a.MaxCharacters <= 0 || len(text) <= a.MaxCharacters {
		return text
	}
	n := 0
	for i := range text {
		if n == a.MaxCharacters {
			return text[:i]
		}
		n++
	}
	return text
}

// fillFields replaces each {{field}} of a template. Values are never looked
// into.
func fillFields(template string, value func(field string) string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{{")
		b.WriteString(before)
		field, after, closed := strings.Cut(rest, "}}")
		if !found || !closed {
			if found {
				b.WriteString("{{" + rest)
			}
			return b.String()
		}
		b.WriteString(value(strings.TrimSpace(field)))
		template = after
	}
}

// Origin is the scheme, host and port of an address, in lower case and without
// the port that the scheme implies; empty where it is no address of http or
// https.
func Origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && !(u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443") {
		host += ":" + port
	}
	return u.Scheme + "://" + host
}
