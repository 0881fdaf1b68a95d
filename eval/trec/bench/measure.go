package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"
)

// A program is a command with what its runs took.
type program struct {
	name    string
	command []string
	output  string
	walls   []time.Duration
	peaks   []int64 // bytes
}

// wall is the median of the wall times in milliseconds.
func (p *program) wall() float64 { return median(p.walls).Seconds() * 1000 }

// peak is the median of the peaks of memory in MiB. The system counts a
// process from its fork on, so no peak reads below that of this program.
func (p *program) peak() float64 { return float64(median(p.peaks)) / (1 << 20) }

func median[T int64 | time.Duration](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// measure runs the programs in turn, so that a machine that grows slower
// favours none. The first round does not count.
func measure(ctx context.Context, programs []*program, runs int) error {
	for round := range runs + 1 {
		for _, p := range programs {
			if err := p.run(ctx, round > 0); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *program) run(ctx context.Context, counts bool) error {
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, p.command[0], p.command[1:]...)
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	wall := time.Since(start)
	p.output = out.String()
	if !counts {
		return nil
	}
	p.walls = append(p.walls, wall)
	p.peaks = append(p.peaks, peakOf(cmd.ProcessState))
	return nil
}
