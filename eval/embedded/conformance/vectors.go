package conformance

import (
	"encoding/json"
	"math"
	"math/rand/v2"
)

// dims is how many numbers the vectors of the cases have.
const dims = 8

// vectors gives n vectors, none of which is a multiple of another: equal scores
// come from equal vectors, and not from how a sum happens to be rounded. Some
// have about the length 1.
func vectors(n int) [][]float64 {
	r := rand.New(rand.NewPCG(3, 14))
	out := make([][]float64, n)
	for i := range out {
		v := make([]float64, dims)
		for k := range v {
			v[k] = math.Round(1000*r.NormFloat64()) / 1000
		}
		if i%10 == 0 {
			v = unit(v)
			for k := range v {
				v[k] *= 1.0002
			}
		}
		out[i] = v
	}
	return out
}

// unit scales a vector to length 1, about.
func unit(v []float64) []float64 {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = math.Round(1e6*x/math.Sqrt(sum)) / 1e6
	}
	return out
}

// whole makes bytes of a vector.
func whole(v []float64) []int {
	out := make([]int, len(v))
	for i, x := range v {
		out[i] = int(max(-128, min(127, math.Round(40*x))))
	}
	return out
}

// asJSON writes a value that always has a JSON form.
func asJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}
