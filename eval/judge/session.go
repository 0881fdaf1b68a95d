package judge

import "fmt"

// Session is a person going through a book.
type Session struct {
	book    Book
	at      int // the item on the screen; len(items) when there is none left
	skipped map[int]bool
	undo    []step
	page    int
	message string
	judged  int // grades given in this session and not taken back
}

// step is what an undo takes back.
type step struct {
	item   int
	before *float64
}

// NewSession begins at the first item that is not judged.
func NewSession(b Book) *Session {
	s := &Session{book: b, skipped: make(map[int]bool)}
	s.at = s.next(-1)
	return s
}

// Counts are the items of a session.
type Counts struct {
	// All are all items, Judged those with a grade, Skipped those that were
	// passed over in this session and have none.
	All, Judged, Skipped int
	// New are the grades that this session gave.
	New int
}

// Counts counts the items.
func (s *Session) Counts() Counts {
	c := Counts{New: s.judged}
	for i, item := range s.book.Items() {
		c.All++
		switch {
		case item.Grade != nil:
			c.Judged++
		case s.skipped[i]:
			c.Skipped++
		}
	}
	return c
}

// next finds the first item behind another one that is neither judged nor
// skipped, going on at the beginning; the number of items where there is
// none.
func (s *Session) next(behind int) int {
	items := s.book.Items()
	for i := range items {
		k := (behind + 1 + i) % len(items)
		if items[k].Grade == nil && !s.skipped[k] {
			return k
		}
	}
	return len(items)
}

// Keys are what Press understands besides 0 to 3. Others are ignored.
const (
	keySkip = 's'
	keyBack = 'b'
	keyUndo = 'u'
	keyQuit = 'q'
	keyMore = ' '
)

// Press takes a key, and says whether the person is done. What went wrong is
// shown on the next screen, and changes nothing.
func (s *Session) Press(key rune) (done bool) {
	s.message = ""
	switch {
	case key == keyQuit:
		return true
	case key >= '0' && key <= '3':
		s.grade(float64(key - '0'))
	case key == keySkip && s.at < len(s.book.Items()):
		s.skipped[s.at] = true
		s.show(s.next(s.at))
	case key == keyBack:
		if s.at > 0 {
			s.show(s.at - 1)
		} else {
			s.message = "this is the first one"
		}
	case key == keyUndo:
		s.takeBack()
	case key == keyMore:
		s.page++
	}
	return false
}

func (s *Session) show(item int) { s.at, s.page = item, 0 }

func (s *Session) grade(grade float64) {
	if s.at >= len(s.book.Items()) {
		return
	}
	before := s.book.Items()[s.at].Grade
	if err := s.book.Set(s.at, &grade); err != nil {
		s.message = fmt.Sprintf("not saved: %v", err)
		return
	}
	s.undo = append(s.undo, step{s.at, before})
	if before == nil {
		s.judged++
	}
	delete(s.skipped, s.at)
	s.show(s.next(s.at))
}

// takeBack undoes the last grade, and shows its item.
func (s *Session) takeBack() {
	if len(s.undo) == 0 {
		s.message = "there is nothing to undo"
		return
	}
	last := s.undo[len(s.undo)-1]
	if err := s.book.Set(last.item, last.before); err != nil {
		s.message = fmt.Sprintf("not saved: %v", err)
		return
	}
	s.undo = s.undo[:len(s.undo)-1]
	if last.before == nil {
		s.judged--
	}
	s.show(last.item)
	s.message = "undone"
}
