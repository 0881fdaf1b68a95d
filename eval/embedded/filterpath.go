package embedded

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/releval/releval/eval/embedded/jsontree"
	"github.com/releval/releval/eval/embedded/mapping"
)

// filterPaths keeps of a JSON body what the paths of filter_path name. In a
// path * stands for any one name and ** for any number of them; a path that
// begins with - takes away.
func filterPaths(body []byte, paths []string) []byte {
	root, err := jsontree.Parse(body)
	if err != nil {
		return body
	}
	f := filter{data: body}
	for _, p := range paths {
		if p, ok := strings.CutPrefix(strings.TrimSpace(p), "-"); ok {
			f.exclude = append(f.exclude, strings.Split(p, "."))
		} else if p != "" {
			f.include = append(f.include, strings.Split(p, "."))
		}
	}
	if out := f.apply(root); out != nil {
		return out
	}
	return []byte("{}")
}

// filter keeps parts of a JSON value by dotted paths, for filter_path and for
// _source. Arrays do not count as a level.
type filter struct {
	data             []byte
	include, exclude [][]string
}

// apply writes what is kept, or returns nil where nothing is.
func (f filter) apply(root jsontree.Node) []byte {
	var out bytes.Buffer
	if !f.write(&out, root, f.include, f.exclude, len(f.include) == 0) {
		return nil
	}
	return out.Bytes()
}

// write adds the kept part of n to out. include and exclude are what is left of
// the paths at this level, all says that a path has already ended above.
func (f filter) write(out *bytes.Buffer, n jsontree.Node, include, exclude [][]string, all bool) bool {
	switch n.Kind {
	case jsontree.Object:
		return f.object(out, n, include, exclude, all)
	case jsontree.Array:
		start := out.Len()
		out.WriteByte('[')
		kept := 0
		for _, item := range n.Items {
			before := out.Len()
			if kept > 0 {
				out.WriteByte(',')
			}
			if !f.write(out, item, include, exclude, all) {
				out.Truncate(before)
				continue
			}
			kept++
		}
		if kept == 0 && !all {
			out.Truncate(start)
			return false
		}
		out.WriteByte(']')
		return true
	}
	if all {
		out.Write(f.data[n.Start:n.End])
	}
	return all
}

func (f filter) object(out *bytes.Buffer, n jsontree.Node, include, exclude [][]string, all bool) bool {
	start := out.Len()
	out.WriteByte('{')
	kept := 0
	for _, m := range n.Members {
		exclude, gone := descend(exclude, m.Key)
		include, ends := descend(include, m.Key)
		if gone || !all && !ends && len(include) == 0 {
			continue
		}
		before := out.Len()
		if kept > 0 {
			out.WriteByte(',')
		}
		key, err := json.Marshal(m.Key)
		if err != nil { // a string always has a JSON form
			continue
		}
		out.Write(key)
		out.WriteByte(':')
		if !f.write(out, m.Value, include, exclude, all || ends) {
			out.Truncate(before)
			continue
		}
		kept++
	}
	if kept == 0 && !all {
		out.Truncate(start)
		return false
	}
	out.WriteByte('}')
	return true
}

// descend gives what is left of the paths below a name; ends says that one of
// them ends there.
func descend(paths [][]string, name string) (rest [][]string, ends bool) {
	for _, p := range paths {
		if p[0] == "**" {
			rest = append(rest, p)
			if len(p) == 1 {
				ends = true
				continue
			}
			if mapping.Wildcard(p[1], name) {
				if len(p) == 2 {
					ends = true
				} else {
					rest = append(rest, p[2:])
				}
			}
			continue
		}
		if !mapping.Wildcard(p[0], name) {
			continue
		}
		if len(p) == 1 {
			ends = true
		} else {
			rest = append(rest, p[1:])
		}
	}
	return rest, ends
}
