package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"regexp"
	"time"

	"github.com/releval/releval/eval/gate"
	"github.com/releval/releval/eval/metrics"
	"github.com/releval/releval/eval/runfile"
	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// loadSuite reads a suite and checks all that can be checked without a
// cluster. Its warnings name the gates that its queries are too few for.
func loadSuite(path string) (*judgments.Suite, error) {
	suite, err := judgments.Load(path, judgments.Options{Metric: checkMetric, Gate: checkGate})
	if err != nil {
		return nil, cmp.Or(otherFile(path), err)
	}
	suite.Warnings = append(suite.Warnings, gate.Unprovable(suite, time.Now())...)
	suite.Warnings.Sort()
	return suite, nil
}

// poolFile is how a pool file begins, behind its comments, and no suite.
var poolFile = regexp.MustCompile(`^(?:#.*\r?\n|\s*\n)*pool:`)

// otherFile says what a file is that is no suite, and what to do with it; nil
// where it is none of releval's other files.
func otherFile(path string) error {
	name := text.ShellWord(path)
	if run, err := runfile.IsRun(path); err == nil && run {
		return withExit(exitUsage, fmt.Errorf("%s is a run file, and no suite: show it by releval report %s", path, name))
	}
	if poolFile.Match(beginningOf(path)) {
		return withExit(exitUsage, fmt.Errorf("%s is a pool file, and no suite: judge its documents by releval judge %s, or put its grades into the suite by releval pool --merge %[2]s SUITE", path, name))
	}
	return nil
}

// beginningOf are the first bytes of a regular file; nil where there is none.
func beginningOf(path string) []byte {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	start, _ := io.ReadAll(io.LimitReader(file, 1<<16))
	return start
}

func checkGate(g judgments.Gate, s *judgments.Suite) []judgments.Problem {
	return gate.Check(g, s.Systems(), checkMetric)
}

func checkMetric(name string) error {
	_, err := metrics.Parse(name)
	return err
}
