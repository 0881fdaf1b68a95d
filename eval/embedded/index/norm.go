package index

import "math/bits"

// Field lengths are kept in one byte, as Lucene's SmallFloat does: exact below
// 40, then with four significant bits. BM25 must see the same rounding.

// exactLengths is 255 minus the largest value of the four-bit floats, which
// leaves so many codes for exact small numbers.
const exactLengths = 24

// EncodeLength is the one-byte code of a field length.
func EncodeLength(n int) byte {
	if n < exactLengths {
		return byte(n)
	}
	return byte(exactLengths + toFourBits(uint64(n-exactLengths)))
}

// DecodeLength is the length that a code stands for.
func DecodeLength(code byte) int {
	if code < exactLengths {
		return int(code)
	}
	return exactLengths + fromFourBits(int(code)-exactLengths)
}

// toFourBits keeps the highest four bits of a number and where they stand.
func toFourBits(v uint64) int {
	n := bits.Len64(v)
	if n < 4 {
		return int(v)
	}
	shift := n - 4
	return int(v>>shift)&0x07 | (shift+1)<<3
}

func fromFourBits(code int) int {
	mantissa, shift := code&0x07, code>>3-1
	if shift < 0 {
		return mantissa
	}
	return (mantissa | 0x08) << shift
}
