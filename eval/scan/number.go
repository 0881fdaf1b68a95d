package scan

import "strconv"

// number reads a number and gives its bytes.
func (s *Scanner) number() ([]byte, error) {
	s.Peek()
	start := s.i
	s.either('-', '-')
	if zero := s.either('0', '0'); !zero && !s.digits() {
		return nil, errSyntax
	}
	if s.either('.', '.') && !s.digits() {
		return nil, errSyntax
	}
	if s.either('e', 'E') {
		s.either('+', '-')
		if !s.digits() {
			return nil, errSyntax
		}
	}
	return s.text[start:s.i], nil
}

// either steps over one of two bytes, if it is next.
func (s *Scanner) either(one, other byte) bool {
	if s.i < len(s.text) && (s.text[s.i] == one || s.text[s.i] == other) {
		s.i++
		return true
	}
	return false
}

// digits steps over digits, and tells whether there were any.
func (s *Scanner) digits() bool {
	i := s.i
	for i < len(s.text) && s.text[i]-'0' <= 9 {
		i++
	}
	found := i > s.i
	s.i = i
	return found
}

// Float reads a number as a value.
func (s *Scanner) Float() (float64, error) {
	n, err := s.number()
	if err != nil {
		return 0, err
	}
	if v, ok := exactFloat(n); ok {
		return v, nil
	}
	return strconv.ParseFloat(string(n), 64)
}

// exactFloat reads a number of few digits without an exponent, as scores are.
// Up to 15 digits and the power of ten to divide by are exact in a float64,
// so that the one division rounds as ParseFloat does (Clinger, PLDI 1990).
func exactFloat(n []byte) (v float64, ok bool) {
	negative := len(n) > 0 && n[0] == '-'
	if negative {
		n = n[1:]
	}
	if len(n) > 16 { // 15 digits and a point
		return 0, false
	}
	var digits, scale uint64 = 0, 1
	point := false
	for _, c := range n {
		switch {
		case c-'0' <= 9:
			digits = digits*10 + uint64(c-'0')
			if point {
				scale *= 10
			}
		case c == '.':
			point = true
		default:
			return 0, false
		}
	}
	if !point && len(n) > 15 {
		return 0, false
	}
	v = float64(digits) / float64(scale)
	if negative {
		v = -v
	}
	return v, true
}

// Integer reads a whole number.
func (s *Scanner) Integer() (int64, error) {
	n, err := s.number()
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(n), 10, 64)
}
