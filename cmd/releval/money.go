package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// moneyFlag is --max-usd; limit is nil where it was not given.
type moneyFlag struct {
	value float64
	limit *float64
}

func (m *moneyFlag) addFlag(flags *pflag.FlagSet) {
	flags.Float64Var(&m.value, "max-usd", 0, "refuse to start what costs more than so many dollars by the suite's prices, or whose price is not known")
}

func (m *moneyFlag) check(cmd *cobra.Command) error {
	if !cmd.Flags().Changed("max-usd") {
		return nil
	}
	if !(m.value >= 0) { // NaN too
		return usageError(cmd, "--max-usd must be 0 or more, not %v", m.value)
	}
	m.limit = &m.value
	return nil
}
