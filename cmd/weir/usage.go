package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// tellUsage has mistakes in the command line say how the command is called.
func tellUsage(c *cobra.Command) {
	c.SetFlagErrorFunc(usageError)
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return usageError(c, err)
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		tellUsage(sub)
	}
}

func usageError(c *cobra.Command, err error) error {
	return fmt.Errorf("%w\nIt is called as %s; %s --help says more", err, c.UseLine(), c.CommandPath())
}
