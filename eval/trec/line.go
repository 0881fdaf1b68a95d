package trec

import "github.com/releval/releval/eval/text"

// A line is the places of the fields of a run's line that count.
type line struct {
	query, queryEnd int
	doc, docEnd     int
	key, keyEnd     int // the column that ranks
	scoreEnd        int
	tag, tagEnd     int
	next            int // where the next line begins
	// sameQuery tells that the query is that of the line before. It may be
	// false where it is.
	sameQuery bool
}

// split finds the fields of the line whose first field is at i. It returns
// false where there are fewer than six. l is what it was for a line before in
// the same bytes, or zero: most lines begin and end as the one before, and are
// looked at only between.
func (l *line) split(b []byte, i int, order Order) bool {
	if n := l.doc - l.query; n > 0 && i+n < len(b) && string(b[i:i+n]) == string(b[l.query:l.doc]) && !isSpace(b[i+n]) {
		l.sameQuery = true
		l.query, l.queryEnd, l.doc = i, i+l.queryEnd-l.query, i+n
	} else {
		l.sameQuery = false
		l.query, l.queryEnd = i, fieldEnd(b, i)
		if i = nextField(b, l.queryEnd); b[i] == '\n' {
			return false
		}
		if i = nextField(b, fieldEnd(b, i)); b[i] == '\n' {
			return false
		}
		l.doc = i
	}
	l.docEnd = fieldEnd(b, l.doc)
	rank := nextField(b, l.docEnd)
	if b[rank] == '\n' {
		return false
	}
	rankEnd := fieldEnd(b, rank)
	score := nextField(b, rankEnd)
	if b[score] == '\n' {
		return false
	}
	end := fieldEnd(b, score)
	if order == ByRank {
		l.key, l.keyEnd = rank, rankEnd
	} else {
		l.key, l.keyEnd = score, end
	}
	if n := l.next - l.scoreEnd; n > 0 && end+n <= len(b) && string(b[end:end+n]) == string(b[l.scoreEnd:l.next]) {
		move := end - l.scoreEnd
		l.tag, l.tagEnd, l.next, l.scoreEnd = l.tag+move, l.tagEnd+move, l.next+move, end
		return true
	}
	if i = nextField(b, end); b[i] == '\n' {
		return false
	}
	l.scoreEnd, l.tag, l.tagEnd = end, i, fieldEnd(b, i)
	l.next = lineEnd(b, l.tagEnd) + 1
	return true
}

// parseKey reads the column that ranks into a number of which more is better.
// The message is empty where that went well.
func parseKey(b []byte, o *Options) (key float64, message string) {
	key, err := parseScore(b)
	if o.Order == ByRank {
		if err != nil {
			return 0, "the rank " + text.Quote(b) + " " + err.Error()
		}
		return -key, ""
	}
	if err != nil {
		return 0, "the score " + text.Quote(b) + " " + err.Error()
	}
	if o.Float32 {
		key = float64(float32(key))
	}
	return key, ""
}
