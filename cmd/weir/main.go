// Command weir runs continuous SQL over event streams.
//
// Each subcommand is a file; to add one, write its constructor and list it in commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// version is set by the linker: -X main.version=….
var version = "dev"

// oneStop is how long further signals belong to the first: timeout(1) sends one to the process and one to its group.
const oneStop = time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { // a second signal ends the process at once, which loses nothing
		time.Sleep(oneStop)
		stop()
	})
	if err := root().ExecuteContext(ctx); err != nil {
		stop()
		os.Exit(int(failed(err)))
	}
}

// exitCode is an error that says nothing: what there is to say has been printed.
type exitCode int

// Error implements error.
func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// failed tells an error, and which exit code the process has for it.
func failed(err error) exitCode {
	var code exitCode
	if errors.As(err, &code) {
		return code
	}
	fmt.Fprintln(os.Stderr, "weir:", err)
	return 1
}

func root() *cobra.Command {
	c := &cobra.Command{
		Use:           "weir",
		Short:         "Continuous SQL over event streams, in DuckDB's dialect",
		Long:          "Weir keeps SQL queries running over event streams and their results in a DuckDB database.\nA query that runs once in DuckDB, Weir keeps running.",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	c.AddCommand(runCommand(), planCommand(), sqlCommand(), subscribeCommand(), whyCommand(), explainCommand(), dashboardCommand(), demoCommand(), connectorsCommand(), benchCommand(), verifyCommand(), replayCommand(), testCommand(), exportCommand())
	tellUsage(c)
	return c
}
