// Command bench measures the TREC evaluator as whole processes, from the files
// to the numbers, beside a bare Go program that only reads the run (the floor)
// and, where Python can install it, beside pytrec_eval. It prints a Markdown
// table of medians.
//
//	go run ./eval/trec/bench [-runs N] [-python PYTHON|none] [-releval PROGRAM]
//
// Everything it makes, a Python environment included, is in a temporary folder
// that it removes. It needs 300 MB there.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
)

//go:embed pytrec.py
var pytrec []byte

// evalArgs ask for what pytrec.py computes.
var evalArgs = []string{"--format", "trec", "--metric", "map", "--metric", "recip_rank", "--metric", "recall.100,1000", "--metric", "ndcg_cut.10"}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "floor" {
		exit(floor(os.Args[2]))
	}
	runs := flag.Int("runs", 5, "measured runs of each program, after one that does not count")
	python := flag.String("python", "python3", "the Python that makes the environment for pytrec_eval, or none")
	releval := flag.String("releval", "", "the program to measure instead of building one")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	exit(bench(ctx, os.Stdout, *runs, *python, *releval))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func bench(ctx context.Context, w io.Writer, runs int, python, releval string) error {
	folder, err := os.MkdirTemp("", "releval-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if releval == "" {
		releval = filepath.Join(folder, "releval")
		build := exec.CommandContext(ctx, "go", "build", "-o", releval, "github.com/releval/releval/cmd/releval")
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("building releval: %w\n%s", err, out)
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	interpreter := ""
	if python != "none" {
		if interpreter, err = environment(ctx, python, folder); err != nil {
			fmt.Fprintf(os.Stderr, "bench: without pytrec_eval: %v\n", err)
		}
	}
	script := filepath.Join(folder, "pytrec.py")
	if err := os.WriteFile(script, pytrec, 0o600); err != nil {
		return err
	}
	fmt.Fprintf(w, "Whole processes, medians of %d runs in turn; wall time and peak memory.\n\n", runs)
	fmt.Fprintf(w, "| set | program | wall ms | of the floor | peak MiB |\n|:---|:---|---:|---:|---:|\n")
	for _, s := range []set{
		{name: "6,980 × 1,000", queries: 6980, hits: 1000, judged: 1},
		{name: "54 × 1,000", queries: 54, hits: 1000, judged: 100},
		{name: "43 × 100", queries: 43, hits: 100, judged: 60},
	} {
		if err := s.generate(folder); err != nil {
			return err
		}
		programs := []*program{
			{name: "floor: read, split, parse, hash", command: []string{self, "floor", s.run}},
			{name: "releval eval", command: append([]string{releval, "eval", s.qrels, s.run}, evalArgs...)},
		}
		if interpreter != "" {
			programs = append(programs, &program{name: "pytrec_eval", command: []string{interpreter, script, s.qrels, s.run}})
		}
		if err := measure(ctx, programs, runs); err != nil {
			return err
		}
		for _, p := range programs {
			fmt.Fprintf(w, "| %s | %s | %.1f | %.2f | %.0f |\n", s.name, p.name, p.wall(), p.wall()/programs[0].wall(), p.peak())
		}
		if interpreter != "" && programs[1].output != programs[2].output {
			return fmt.Errorf("set %s: releval prints\n%s\nand pytrec_eval\n%s", s.name, programs[1].output, programs[2].output)
		}
		if err := os.Remove(s.run); err != nil {
			return err
		}
	}
	return inProcess(w, runs)
}

// environment installs pytrec_eval into a virtual environment in the folder.
func environment(ctx context.Context, python, folder string) (interpreter string, err error) {
	venv := filepath.Join(folder, "venv")
	interpreter = filepath.Join(venv, "bin", "python")
	for _, command := range [][]string{
		{python, "-m", "venv", venv},
		{interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "pytrec_eval-terrier==0.5.11"},
	} {
		if out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w\n%s", command[0], err, out)
		}
	}
	return interpreter, nil
}
