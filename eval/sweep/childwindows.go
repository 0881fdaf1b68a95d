package sweep

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// serverDefault is what a retriever's window is where the request gives none.
const serverDefault = 10

// CheckFirstStage refuses a first stage that has a window of its own, anywhere
// inside it, smaller than the largest window: there the server would refuse
// the search, or answer with fewer documents, or change the fused scores. The
// error names each such setting by its path in the suite.
//
// The windows are rank_window_size of rrf, linear, rule, pinned and diversify
// and of a reranker inside, k and num_candidates of knn, and window_size of a
// rescorer. A retriever of an unknown kind is looked at in the same way.
func CheckFirstStage(retriever json.RawMessage, largest int) error {
	var root any
	decoder := json.NewDecoder(bytes.NewReader(retriever))
	decoder.UseNumber()
	if err := decoder.Decode(&root); err != nil {
		return fmt.Errorf("search.retriever: not JSON: %w", err)
	}
	c := checker{largest: largest}
	c.retriever("search.retriever", root)
	if len(c.found) == 0 {
		return nil
	}
	return &SmallWindowError{Largest: largest, Settings: c.found}
}

// SmallWindowError says that a first stage's own windows are smaller than the
// largest window.
type SmallWindowError struct {
	Largest  int
	Settings []SmallWindow
}

// SmallWindow is one setting.
type SmallWindow struct {
	// Path is where it stands: "search.retriever.rrf.rank_window_size".
	Path string
	// Value is what it is; Missing says that the suite leaves it to the
	// server's default.
	Value   int
	Missing bool
}

func (e *SmallWindowError) Error() string {
	var settings []string
	smallest := e.Largest
	for _, s := range e.Settings {
		text := fmt.Sprintf("%s is %d", s.Path, s.Value)
		if s.Missing {
			text = fmt.Sprintf("%s is missing, which means %d", s.Path, s.Value)
		}
		settings = append(settings, text)
		smallest = min(smallest, s.Value)
	}
	return fmt.Sprintf("the first stage has a window of its own below the largest window %d: %s; raise it to %d or more, or sweep windows up to %d",
		e.Largest, strings.Join(settings, ", and "), e.Largest, smallest)
}

// checker walks through a retriever.
type checker struct {
	largest int
	found   []SmallWindow
}

// compound are the retrievers that have a rank_window_size, with the server's
// default where a request gives none.
func compound(kind string) bool {
	return slices.Contains([]string{"rrf", "linear", "rule", "pinned", "diversify", "text_similarity_reranker"}, kind)
}

// retriever looks at {"kind": {settings}}.
func (c *checker) retriever(path string, value any) {
	object, ok := value.(map[string]any)
	if !ok {
		return
	}
	for _, kind := range keys(object) {
		settings, ok := object[kind].(map[string]any)
		if !ok {
			continue
		}
		at := path + "." + kind
		switch {
		case kind == "knn":
			c.setting(at, settings, "k", false)
			c.setting(at, settings, "num_candidates", false)
		case kind == "rescorer":
			c.rescorers(at+".rescore", settings["rescore"])
		default:
			c.setting(at, settings, "rank_window_size", compound(kind))
		}
		c.children(at, settings)
	}
}

// children looks at the retrievers inside: one, or a list of them, which linear
// and newer rrf wrap together with a weight.
func (c *checker) children(path string, settings map[string]any) {
	c.retriever(path+".retriever", settings["retriever"])
	list, _ := settings["retrievers"].([]any)
	for i, child := range list {
		at := fmt.Sprintf("%s.retrievers[%d]", path, i)
		if wrapped, ok := child.(map[string]any); ok && wrapped["retriever"] != nil {
			c.retriever(at+".retriever", wrapped["retriever"])
			continue
		}
		c.retriever(at, child)
	}
}

// rescorers looks at one rescorer or a list of them.
func (c *checker) rescorers(path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		c.setting(path, value, "window_size", true)
	case []any:
		for i, one := range value {
			if settings, ok := one.(map[string]any); ok {
				c.setting(fmt.Sprintf("%s[%d]", path, i), settings, "window_size", true)
			}
		}
	}
}

// setting looks at one number. A missing one counts where the server then has
// a default of its own; what is no number is left to the server's refusal.
func (c *checker) setting(path string, settings map[string]any, key string, hasDefault bool) {
	value, given := settings[key]
	if !given {
		if hasDefault && serverDefault < c.largest {
			c.found = append(c.found, SmallWindow{path + "." + key, serverDefault, true})
		}
		return
	}
	var text string
	switch value := value.(type) {
	case json.Number:
		text = value.String()
	case string: // the server reads numbers in quotes as well
		text = value
	}
	if n, err := strconv.Atoi(text); err == nil && n < c.largest {
		c.found = append(c.found, SmallWindow{path + "." + key, n, false})
	}
}

// keys gives an object's keys in order, so that errors do not depend on that
// of a map.
func keys(object map[string]any) []string {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
