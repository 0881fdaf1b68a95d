package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// A set is a run with its qrels, invented from a fixed seed.
type set struct {
	name          string
	queries, hits int
	judged        int // judgments a query; 1 stands for MS MARCO's one or two
	qrels, run    string
}

// generate writes the files of the set into a folder, in the looks of MS
// MARCO's: numbers as ids, scores of six decimals that fall.
func (s *set) generate(folder string) error {
	s.qrels = filepath.Join(folder, s.name+".qrels")
	s.run = filepath.Join(folder, s.name+".run")
	rng := rand.New(rand.NewPCG(uint64(s.queries), uint64(s.hits)))
	return writeFile(s.qrels, func(qrels *bufio.Writer) error {
		return writeFile(s.run, func(run *bufio.Writer) error {
			ids := rng.Perm(1_000_000)[:s.queries]
			slices.SortFunc(ids, func(a, b int) int {
				if strconv.Itoa(a) < strconv.Itoa(b) {
					return -1
				}
				return 1
			})
			for _, id := range ids {
				s.query(rng, id, qrels, run)
			}
			return nil
		})
	})
}

func (s *set) query(rng *rand.Rand, id int, qrels, run *bufio.Writer) {
	const collection = 8_841_823
	seen := map[int]bool{}
	docs := make([]int, 0, s.hits+s.judged)
	for len(docs) < cap(docs) {
		if d := rng.IntN(collection); !seen[d] {
			seen[d] = true
			docs = append(docs, d)
		}
	}
	score := 25 + 10*rng.Float64()
	for i, d := range docs[:s.hits] {
		score -= 0.02*rng.Float64() + 0.000001
		fmt.Fprintf(run, "%d Q0 %d %d %.6f bm25\n", id, d, i+1, score)
	}
	if s.judged == 1 {
		// One relevant document, mostly near the top, and now and then two.
		for n := range 1 + rng.IntN(17)/16 {
			d := docs[min(int(rng.ExpFloat64()*30), s.hits-1)]
			if rng.IntN(10) == 0 {
				d = docs[s.hits]
			}
			if n == 0 || seen[d] {
				fmt.Fprintf(qrels, "%d 0 %d 1\n", id, d)
				delete(seen, d)
			}
		}
		return
	}
	grades := []int{0, 0, 0, 1, 2, 3}
	for _, i := range rng.Perm(len(docs))[:s.judged] {
		fmt.Fprintf(qrels, "%d 0 %d %d\n", id, docs[i], grades[rng.IntN(len(grades))])
	}
}

func writeFile(path string, write func(*bufio.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
