package tree

import "bytes"

// YAML 1.1 ends a line at three more characters than editors do. Places that
// people look up, and that edits are made at, count lines as editors do.

// separators are these characters in UTF-8: next line, line separator and
// paragraph separator.
var separators = [][]byte{[]byte("\u0085"), []byte("\u2028"), []byte("\u2029")}

// place is where a line of the parser begins: the line of the file, from 1,
// and how many characters of it are in front.
type place struct{ line, before int }

// places gives the place of each line of the parser, from 0; nil where it
// counts as editors do.
func places(text []byte) []place {
	found := false
	for _, s := range separators {
		found = found || bytes.Contains(text, s)
	}
	if !found {
		return nil
	}
	list := []place{{1, 0}}
	at := place{1, 0}
	returned := false // the character in front was a carriage return
	for _, r := range string(bytes.TrimPrefix(text, []byte("\ufeff"))) {
		switch r {
		case '\n':
			if returned {
				break // the line began behind the carriage return already
			}
			at = place{at.line + 1, 0}
			list = append(list, at)
		case '\r':
			at = place{at.line + 1, 0}
			list = append(list, at)
		case '\u0085', '\u2028', '\u2029':
			at.before++
			list = append(list, at)
		default:
			at.before++
		}
		returned = r == '\r'
	}
	return list
}

// locate moves a node and what is in it to the places of the file.
func locate(n *Node, places []place) {
	if n.Line >= 1 && n.Line <= len(places) {
		p := places[n.Line-1]
		n.Line, n.Column = p.line, p.before+n.Column
	}
	for _, c := range n.Content {
		locate(c, places)
	}
}
