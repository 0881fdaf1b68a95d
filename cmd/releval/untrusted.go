package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/releval/releval/eval/convert"
	"github.com/releval/releval/judgments"
	"github.com/releval/releval/judgments/untrusted"
)

// suspicion is the flags that say what a suite of anybody's may use.
type suspicion struct {
	untrusted bool
	policy    untrusted.Policy
}

func (u *suspicion) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&u.untrusted, "untrusted", false, "refuse suites that run scripts or ES|QL, read other indices, documents or files, or name a cluster: for pull requests of anybody")
	flags.StringArrayVar(&u.policy.Indices, "allow-index", nil, "with --untrusted: an index that may be searched, a `GLOB`, repeatable")
	flags.StringArrayVar(&u.policy.TitleFields, "allow-title-field", nil, "with --untrusted: a field whose values may be shown, a `GLOB`, repeatable")
	flags.StringArrayVar(&u.policy.RerankURLs, "allow-rerank-url", nil, "with --untrusted: a rerank API that texts of documents may be sent to, a `URL`, or the name of an API such as cohere for its provider's, repeatable")
}

func (u *suspicion) check(cmd *cobra.Command) error {
	if !u.untrusted && (len(u.policy.Indices) > 0 || len(u.policy.TitleFields) > 0 || len(u.policy.RerankURLs) > 0) {
		return usageError(cmd, "--allow-index, --allow-title-field and --allow-rerank-url are for --untrusted")
	}
	return nil
}

// load reads a suite as loadSuite does, and refuses what the flags do not
// allow.
func (u *suspicion) load(path string) (*judgments.Suite, error) {
	if !u.untrusted {
		return loadSuite(path)
	}
	if err := untrusted.CheckFile(path); err != nil {
		return nil, withExit(exitUsage, fmt.Errorf("untrusted suite: %w", err))
	}
	suite, err := loadSuite(path)
	if err != nil {
		return nil, err
	}
	if problems := u.policy.Check(suite); len(problems) > 0 {
		return nil, problems
	}
	return suite, nil
}

// shows refuses a field of documents that may not be shown.
func (u *suspicion) shows(field string) error {
	if u.untrusted && field != "" && !u.policy.Shows(field) {
		return withExit(exitUsage, fmt.Errorf("untrusted suite: the texts of the field %q would be shown; if they may be, add --allow-title-field %[1]q, or name another by --text-field", field))
	}
	return nil
}

// named is a flag with the file that it names; empty for none.
type named struct{ flag, file string }

// namedAll is a repeatable flag with its files.
func namedAll(flag string, files []string) (all []named) {
	for _, file := range files {
		all = append(all, named{flag, file})
	}
	return all
}

// places refuses files of flags that are links out of their folders: what is
// read of a file can be shown.
func (u *suspicion) places(files ...named) error {
	if !u.untrusted {
		return nil
	}
	for _, f := range files {
		if f.file == "" {
			continue
		}
		if err := untrusted.CheckPlace(f.file); err != nil {
			if f.flag != "" {
				err = fmt.Errorf("%s: %w", f.flag, err)
			}
			return withExit(exitUsage, fmt.Errorf("untrusted file: %w", err))
		}
	}
	return nil
}

// convertible refuses a file to convert where it is a suite that the flags do
// not allow. What other formats hold is looked at when it is written.
func (u *suspicion) convertible(path string) error {
	if !u.untrusted {
		return nil
	}
	if err := untrusted.CheckInput(path); err != nil {
		return withExit(exitUsage, fmt.Errorf("untrusted file: %w", err))
	}
	suite, err := judgments.Load(path, judgments.Options{})
	if err != nil {
		return nil // convert says what is wrong with it, if it is one
	}
	if problems := u.policy.Check(suite); len(problems) > 0 {
		return problems
	}
	return nil
}

// guard holds what a conversion would write to the rules for suites that are
// read.
func (u *suspicion) guard(job *convert.Job) {
	job.Check = checkOffline
	if !u.untrusted {
		return
	}
	job.Check = func(path string, text []byte) error {
		suite, err := judgments.Parse(path, text, judgments.Options{Metric: checkMetric, Gate: checkGate})
		if err != nil {
			return err
		}
		return u.policy.Check(suite).ErrorOrNil()
	}
	job.Allow = func(path string, written *judgments.Suite) error {
		return u.policy.CheckWritten(path, written).ErrorOrNil()
	}
}
