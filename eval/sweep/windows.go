package sweep

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/releval/releval/eval/text"
)

// Bounds on what windows may be asked for.
const (
	// maxWindow is the largest window: index.max_result_window is 10,000
	// unless an index says otherwise.
	maxWindow = 10_000
	// maxWindows is how many windows one sweep may have.
	maxWindows = 1_000
)

// DefaultWindows are swept where none are named.
func DefaultWindows() []int { return []int{5, 10, 20, 50, 100, 200} }

// ParseWindows reads a list of windows and returns them ascending, each once:
//
//	windows = part { "," part }
//	part    = number | number ".." number [ ":" step ]
//
// A range holds both of its ends where the step meets them; the step is 1
// where none is given. Spaces around numbers are ignored. Windows are from 1
// to 10,000, at most 1,000 of them.
func ParseWindows(list string) ([]int, error) {
	if strings.TrimSpace(list) == "" {
		return nil, fmt.Errorf("no window is named: write some as 5,10,20,50 or as a range 10..200:10")
	}
	var windows []int
	for part := range strings.SplitSeq(list, ",") {
		var err error
		if windows, err = appendPart(windows, strings.TrimSpace(part)); err != nil {
			return nil, fmt.Errorf("the windows %s: %w", text.Quote(list), err)
		}
		// Checked at each part, so that no list grows without bound.
		slices.Sort(windows)
		windows = slices.Compact(windows)
		if len(windows) > maxWindows {
			return nil, fmt.Errorf("the windows %s: these are more than %d windows; use a larger step", text.Quote(list), maxWindows)
		}
	}
	return windows, nil
}

// appendPart reads one number or range.
func appendPart(windows []int, part string) ([]int, error) {
	if part == "" {
		return nil, fmt.Errorf("a number is missing between two commas, or at the start or the end")
	}
	from, rest, isRange := strings.Cut(part, "..")
	first, err := parseWindow(from)
	if err != nil {
		return nil, err
	}
	if !isRange {
		return append(windows, first), nil
	}
	to, by, hasStep := strings.Cut(rest, ":")
	last, err := parseWindow(to)
	if err != nil {
		return nil, err
	}
	step := 1
	if hasStep {
		if step, err = parseWindow(by); err != nil {
			return nil, fmt.Errorf("the step of %s: %w", text.Quote(part), err)
		}
	}
	if last < first {
		return nil, fmt.Errorf("the range %s falls: write it as %d..%d", text.Quote(part), last, first)
	}
	for w := first; w <= last; w += step {
		windows = append(windows, w)
	}
	return windows, nil
}

// parseWindow reads one number.
func parseWindow(word string) (int, error) {
	word = strings.TrimSpace(word)
	n, err := strconv.Atoi(word)
	switch {
	case word == "":
		return 0, fmt.Errorf("a number is missing")
	case err != nil || word[0] == '+':
		return 0, fmt.Errorf("%s is not a whole number from 1 to %d", text.Quote(word), maxWindow)
	case n < 1:
		return 0, fmt.Errorf("%d is too small: a window holds at least 1 document", n)
	case n > maxWindow:
		return 0, fmt.Errorf("%d is too large: a window holds at most %d documents", n, maxWindow)
	}
	return n, nil
}

// FormatWindows writes ascending windows so that ParseWindows reads them
// back, as ranges where three or more follow each other in equal steps.
func FormatWindows(windows []int) string {
	var parts []string
	for i := 0; i < len(windows); {
		end := i + 1
		for end+1 < len(windows) && windows[end+1]-windows[end] == windows[i+1]-windows[i] {
			end++
		}
		if end < len(windows) && end-i >= 2 {
			part := fmt.Sprintf("%d..%d", windows[i], windows[end])
			if step := windows[i+1] - windows[i]; step != 1 {
				part += fmt.Sprintf(":%d", step)
			}
			parts = append(parts, part)
			i = end + 1
			continue
		}
		parts = append(parts, strconv.Itoa(windows[i]))
		i++
	}
	return strings.Join(parts, ",")
}

// checkWindows refuses windows that ParseWindows would not have given.
func checkWindows(windows []int) error {
	if len(windows) == 0 {
		return fmt.Errorf("no window is named: write some as 5,10,20,50 or as a range 10..200:10")
	}
	if len(windows) > maxWindows {
		return fmt.Errorf("%d windows are more than %d; use a larger step", len(windows), maxWindows)
	}
	for i, w := range windows {
		switch {
		case w < 1 || w > maxWindow:
			return fmt.Errorf("the window %d is not from 1 to %d", w, maxWindow)
		case i > 0 && w <= windows[i-1]:
			return fmt.Errorf("the windows are not ascending: %d comes after %d", w, windows[i-1])
		}
	}
	return nil
}
