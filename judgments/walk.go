package judgments

import (
	"fmt"
	"slices"
	"strings"

	"github.com/releval/releval/judgments/spelling"
)

const (
	// maxProblems is how many problems are reported before the rest of the
	// file is left unread.
	maxProblems = 200
	// maxExpanded is how many values aliases may stand for in one file.
	maxExpanded = 100_000
	// maxDepth is how deep raw JSON may nest.
	maxDepth = 100
)

// walker turns parsed nodes into plain values and collects what does not fit.
type walker struct {
	file    string
	options Options
	limits  limits
	// shift gives the line of the file for a line of the parsed text.
	shift func(line int) int
	// cut is set while a piece of the file is read by itself.
	cut      bool
	problems Problems
	// expanded counts the values that aliases stood for so far.
	expanded int
	// ids and texts are the lines of the queries so far, by id and by what
	// is asked.
	ids, texts map[string]int
	// named are the retrievers, rerankers and requests, wrong ones included;
	// systems are the names of what they make up.
	named   []namedNode
	systems []string
	// over are the retrievers that rerankers are put over, by the reranker's
	// name, and filters what rerankers with a filter have.
	over    map[string][]namedNode
	filters map[string]string
	// members are those of search.request.
	members []namedNode
	// uses are the placeholders, and given the names of all parameters, wrong
	// ones included.
	uses  []placeholderUse
	given []string
	// refs are uses of names that are known only when all is read.
	refs []reference
	// unread is set where a part of the file could not be read.
	unread bool
	// empty says what a file without content lacks.
	empty string
}

func newWalker(file string, o Options) *walker {
	return &walker{
		file:    file,
		options: o,
		limits:  defaultLimits,
		shift:   func(line int) int { return line },
		ids:     map[string]int{},
		texts:   map[string]int{},
		systems: []string{FirstStage},
		over:    map[string][]namedNode{},
		filters: map[string]string{},
		empty:   "a suite needs search and queries",
	}
}

// reference is a use of a system's or tag's name.
type reference struct {
	Position
	kind, name string
}

func (w *walker) at(n *node) Position {
	return Position{File: w.file, Line: w.shift(n.Line), Column: n.Column}
}

// fail records a problem at a node.
func (w *walker) fail(n *node, format string, args ...any) {
	w.failAt(w.at(n), format, args...)
}

func (w *walker) failAt(p Position, format string, args ...any) {
	w.problems = append(w.problems, Problem{Position: p, Message: fmt.Sprintf(format, args...)})
}

// full reports whether so much is wrong that reading on helps nobody.
func (w *walker) full() bool {
	return len(w.problems) >= maxProblems
}

// resolve follows an alias to what it stands for. It returns nil where the
// limit of expansion is reached, which it reports.
func (w *walker) resolve(n *node) *node {
	for n.Kind == aliasNode {
		target := n.Alias
		if target.Kind != scalarNode {
			before := w.expanded
			if before <= maxExpanded {
				w.expanded += count(target, maxExpanded)
			}
			if w.expanded > maxExpanded {
				if before > maxExpanded {
					// Reported already.
					return nil
				}
				w.unread = true
				w.fail(n, "the aliases of this file stand for more than %d values; write the values out, or use fewer aliases", maxExpanded)
				return nil
			}
		}
		n = target
	}
	return n
}

// count is the number of nodes of a tree, aliases not followed, or more than
// limit.
func count(n *node, limit int) int {
	total := 1
	for _, c := range n.Content {
		if total > limit {
			break
		}
		total += count(c, limit-total)
	}
	return total
}

// kindOf describes a value in a message.
func kindOf(n *node) string {
	switch n.Kind {
	case mappingNode:
		return "a mapping"
	case sequenceNode:
		return "a list"
	case aliasNode:
		return "an alias"
	}
	switch n.ShortTag() {
	case tagString:
		return "text"
	case tagInt, tagFloat:
		return "a number"
	case tagBool:
		return "true or false"
	case tagNull:
		return "empty"
	case tagTimestamp:
		return "a date"
	}
	return "a value with the tag " + quote(n.Tag)
}

// isMapping and isList check a value's kind and report another one.
func (w *walker) isMapping(n *node, what string) bool {
	if n.Kind == mappingNode && n.ShortTag() == tagMapping {
		return true
	}
	w.fail(n, "%s must be a mapping of keys to values, not %s", what, kindOf(n))
	return false
}

func (w *walker) isList(n *node, what string) bool {
	if n.Kind == sequenceNode && n.ShortTag() == tagSequence {
		return true
	}
	w.fail(n, "%s must be a list, not %s", what, kindOf(n))
	return false
}

// keys calls f for each key of a mapping, with the value as it stands. Keys
// that are no text, stand twice or are merge keys are reported and left out.
func (w *walker) keys(n *node, what string, f func(key string, k, v *node)) {
	if !w.isMapping(n, what) {
		return
	}
	seen := newKeySet(len(n.Content) / 2)
	for i := 0; i+1 < len(n.Content) && !w.full(); i += 2 {
		k := w.resolve(n.Content[i])
		if k == nil {
			return
		}
		if k.Kind == scalarNode && k.ShortTag() == tagMerge {
			w.fail(k, "merge keys (<<) are not supported: write the keys out, or use an alias for the whole value")
			continue
		}
		if k.Kind == mappingNode && k.Style == n.Style {
			w.fail(n, `braces without quotes are a mapping in YAML: write a placeholder in quotes, as "{{query}}"`)
			return
		}
		if k.Kind != scalarNode || k.ShortTag() != tagString {
			w.fail(k, "a key of %s must be text, not %s; write it in quotes", what, kindOf(k))
			continue
		}
		if first := seen.add(k); first != nil {
			w.fail(n.Content[i], "the key %s stands twice in %s, first on line %d; remove one", quote(k.Value), what, w.shift(first.Line))
			continue
		}
		f(k.Value, k, n.Content[i+1])
	}
}

// pairs is keys with the values resolved.
func (w *walker) pairs(n *node, what string, f func(key string, k, v *node)) {
	w.keys(n, what, func(key string, k, v *node) {
		if v = w.resolve(v); v != nil {
			f(key, k, v)
		}
	})
}

// fields is pairs for a mapping whose keys are known: another key and a key
// without a value are reported.
func (w *walker) fields(n *node, what string, known []string, f func(key string, k, v *node)) {
	w.pairs(n, what, func(key string, k, v *node) {
		switch {
		case !slices.Contains(known, key):
			w.unknownKey(k, what, known)
		case isNull(v):
			w.fail(k, "%s has no value; give it one or leave the key out", quote(key))
		default:
			f(key, k, v)
		}
	})
}

// keyReasons explain keys that people expect to work.
var keyReasons = map[string]string{
	"allow_rerank_failures":   "it makes the server return the first stage's order as if it were the reranker's, without a mark; remove it",
	"allow_reranker_failures": "it makes the server return the first stage's order as if it were the reranker's, without a mark; remove it",
	"password":                "a suite holds no secrets: set ELASTIC_PASSWORD in the environment",
	"username":                "a suite holds no credentials: set ELASTIC_USERNAME in the environment",
	"api_key":                 "a suite holds no secrets: set ELASTIC_API_KEY in the environment",
	"cloud_id":                "set ELASTIC_CLOUD_ID in the environment, or write the URL as cluster",
}

func (w *walker) unknownKey(k *node, what string, known []string) {
	if reason, ok := keyReasons[k.Value]; ok {
		w.fail(k, "%s is not allowed: %s", k.Value, reason)
		return
	}
	if r := spelling.TypographicQuote(k.Value); r != 0 {
		w.fail(k, "unknown key %s in %s; %c is a typographic quote, which YAML takes for a letter: type \" in its place", quote(k.Value), what, r)
		return
	}
	w.fail(k, "unknown key %s in %s%s", quote(k.Value), what, didYouMean(k.Value, known))
}

// didYouMean is the end of a message about an unknown word: the nearest
// candidate, or all of them where none is near and they are few.
func didYouMean(word string, candidates []string) string {
	if near := spelling.Nearest(word, candidates); near != "" {
		return "; did you mean " + quote(near) + "?"
	}
	if len(candidates) == 0 {
		return ""
	}
	const most = 24
	if len(candidates) > most {
		return "; known are " + strings.Join(candidates[:most], ", ") + ", ..."
	}
	return "; known are " + strings.Join(candidates, ", ")
}

// items calls f for each item of a list, resolved; an empty item is reported.
func (w *walker) items(n *node, what string, f func(i int, v *node)) {
	if !w.isList(n, what) {
		return
	}
	for i, c := range n.Content {
		if w.full() {
			return
		}
		v := w.resolve(c)
		if v == nil {
			return
		}
		if isNull(v) {
			w.fail(c, "this item of %s is empty; remove the dash or give it a value", what)
			continue
		}
		f(i, v)
	}
}

func isNull(n *node) bool {
	return n.Kind == scalarNode && n.ShortTag() == tagNull
}
