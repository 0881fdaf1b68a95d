package main

import (
	"bufio"
	"bytes"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"runtime"
	"strconv"
)

// floor is what any evaluator in Go has to do at least: read the run once, on
// one core, split the fields of each line, parse the score and hash the
// document id. It evaluates nothing; what it prints keeps the work from being
// left out.
func floor(path string) error {
	runtime.GOMAXPROCS(1)
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var (
		r      = bufio.NewReaderSize(f, 1<<20)
		seed   = maphash.MakeSeed()
		hashes uint64
		scores float64
		fields [6][]byte
	)
	for {
		line, err := r.ReadSlice('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		n := 0
		for rest := line[:len(line)-1]; n < len(fields); n++ {
			i := bytes.IndexByte(rest, ' ')
			if i < 0 {
				fields[n] = rest
				n++
				break
			}
			fields[n], rest = rest[:i], rest[i+1:]
		}
		if n < len(fields) {
			return fmt.Errorf("%s: a line of %d fields", path, n)
		}
		score, err := strconv.ParseFloat(string(fields[4]), 64)
		if err != nil {
			return err
		}
		scores += score
		hashes ^= maphash.Bytes(seed, fields[2])
	}
	_, err = fmt.Println(scores, hashes&1)
	return err
}
