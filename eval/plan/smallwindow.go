package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/releval/releval/eval/text"
)

// maxDepth is more than any window.
const maxDepth = 1 << 31

// defaultWindow is what the server takes for a window that is not given.
const defaultWindow = 10

// SmallWindow is a setting inside a first stage that is smaller than what is
// read from it.
type SmallWindow struct {
	// Path is where it stands, such as "search.retriever.rrf.rank_window_size".
	Path string
	// Value is what it is; Missing says that the suite leaves it to the
	// server's default.
	Value   int
	Missing bool
	// Refused says that the server refuses to read more from it; else it gives
	// fewer documents.
	Refused bool
}

func (s SmallWindow) Said() string {
	if s.Missing {
		return fmt.Sprintf("missing, which means %d", s.Value)
	}
	return strconv.Itoa(s.Value)
}

// SmallWindows lists the windows of a first stage's own, anywhere inside it,
// that are smaller than depth: rank_window_size of compound retrievers (10 where
// those known leave it out), k and
// num_candidates of knn, window_size of a rescorer. What is not JSON has none.
//
// Path is where the retriever stands in the suite, such as search.retriever.
func SmallWindows(path string, retriever json.RawMessage, depth int) []SmallWindow {
	decoder := json.NewDecoder(bytes.NewReader(retriever))
	decoder.UseNumber()
	var root any
	if decoder.Decode(&root) != nil {
		return nil
	}
	w := windowWalk{depth: depth}
	w.retriever(path, root)
	return w.found
}

// windowWalk goes through a retriever and those inside it.
type windowWalk struct {
	depth int
	found []SmallWindow
}

// retriever looks at {"kind": {settings}}.
func (w *windowWalk) retriever(path string, value any) {
	object, _ := value.(map[string]any)
	for _, kind := range text.SortedKeys(object) {
		settings, ok := object[kind].(map[string]any)
		if !ok {
			continue
		}
		at := path + "." + kind
		switch kind {
		case "rrf", "linear", "rule", "pinned", "diversify", "text_similarity_reranker":
			w.setting(at, settings, "rank_window_size", true, true)
		case "knn":
			w.setting(at, settings, "k", false, false)
			w.setting(at, settings, "num_candidates", false, false)
		case "rescorer":
			w.rescorers(at+".rescore", settings["rescore"])
		default: // a kind of a newer server: its window counts where it is given
			w.setting(at, settings, "rank_window_size", false, true)
		}
		w.retriever(at+".retriever", settings["retriever"])
		children, _ := settings["retrievers"].([]any)
		for i, child := range children {
			at := fmt.Sprintf("%s.retrievers[%d]", at, i)
			// with a weight the retriever lies one level deeper
			if weighted, ok := child.(map[string]any); ok && weighted["retriever"] != nil {
				at, child = at+".retriever", weighted["retriever"]
			}
			w.retriever(at, child)
		}
	}
}

// rescorers looks at one rescorer or a list of them.
func (w *windowWalk) rescorers(path string, value any) {
	list, several := value.([]any)
	if !several {
		list = []any{value}
	}
	for i, one := range list {
		at := path
		if several {
			at = fmt.Sprintf("%s[%d]", path, i)
		}
		if settings, ok := one.(map[string]any); ok {
			w.setting(at, settings, "window_size", true, false)
		}
	}
}

// setting looks at one number, which the server also reads in quotes. One
// that is missing counts where the server then has a default of its own.
func (w *windowWalk) setting(path string, settings map[string]any, key string, hasDefault, refused bool) {
	value, given := settings[key]
	n, err := strconv.Atoi(fmt.Sprint(value))
	switch {
	case !given && hasDefault:
		n = defaultWindow
	case !given || err != nil:
		return
	}
	if n < w.depth {
		w.found = append(w.found, SmallWindow{Path: path + "." + key, Value: n, Missing: !given, Refused: refused})
	}
}
