package index

import "testing"

// The table is Lucene's SmallFloat.intToByte4 worked out by hand: exact below
// 24+16=40, then steps of 2, 4, 8, ... for every 8 codes.
func TestLengths(t *testing.T) {
	for _, tt := range []struct {
		length  int
		code    byte
		decoded int
	}{
		{0, 0, 0}, {1, 1, 1}, {23, 23, 23}, {24, 24, 24}, {39, 39, 39},
		{40, 40, 40}, {41, 40, 40}, {42, 41, 42}, {55, 47, 54}, {56, 48, 56}, {59, 48, 56}, {60, 49, 60},
		{88, 56, 88}, {95, 56, 88}, {96, 57, 96}, {1000, 87, 984},
	} {
		code := EncodeLength(tt.length)
		if code != tt.code || DecodeLength(code) != tt.decoded {
			t.Errorf("length %d: code %d for %d, want %d for %d", tt.length, code, DecodeLength(code), tt.code, tt.decoded)
		}
	}
}

func TestLengthCodesAreMonotonicAndStable(t *testing.T) {
	for code := 1; code < 256; code++ {
		length := DecodeLength(byte(code))
		if length <= DecodeLength(byte(code-1)) {
			t.Errorf("code %d stands for %d, no more than the one before", code, length)
		}
		if got := EncodeLength(length); got != byte(code) {
			t.Errorf("length %d of code %d is encoded as %d", length, code, got)
		}
	}
}
