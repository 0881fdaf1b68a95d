package cluster

import (
	"strconv"
)

// number reads a number and gives its bytes.
func (s *scanner) number() ([]byte, error) {
	s.space()
	start := s.i
	s.at('-', '-')
	if zero := s.at('0', '0'); !zero && !s.digits() {
		return nil, errSyntax
	}
	if s.at('.', '.') && !s.digits() {
		return nil, errSyntax
	}
	if s.at('e', 'E') {
		s.at('+', '-')
		if !s.digits() {
			return nil, errSyntax
		}
	}
	return s.b[start:s.i], nil
}

// at steps over one of two bytes, if it is next.
func (s *scanner) at(one, other byte) bool {
	if s.i < len(s.b) && (s.b[s.i] == one || s.b[s.i] == other) {
		s.i++
		return true
	}
	return false
}

// digits steps over digits, and tells whether there were any.
func (s *scanner) digits() bool {
	i := s.i
	for i < len(s.b) && s.b[i]-'0' <= 9 {
		i++
	}
	found := i > s.i
	s.i = i
	return found
}

// float reads a number as a value.
func (s *scanner) float() (float64, error) {
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

// integer reads a whole number.
func (s *scanner) integer() (int64, error) {
	n, err := s.number()
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(n), 10, 64)
}
