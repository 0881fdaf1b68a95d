package sweep

import (
	"encoding/json"
	"math"
)

// Number is a float64 that may be undefined, NaN: then it is null in JSON,
// which has no word for it.
type Number float64

// undefined is the Number without a value.
func undefined() Number { return Number(math.NaN()) }

// Defined says whether the number has a value.
func (n Number) Defined() bool { return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) }

// MarshalJSON gives null for an undefined number.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Defined() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads null as undefined.
func (n *Number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = undefined()
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}
